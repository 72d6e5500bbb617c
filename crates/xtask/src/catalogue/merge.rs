//! Brings the editions of one operation together: by method and path, or by a link of the overlay.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use endpoint::Method;
use endpoint::catalogue::Generation;

use super::draft::{Edition, Operation};
use super::names;
use super::overlay::Overlay;

/// Method and path, with the parameters' names and the last slash left aside.
type Key = (&'static str, String);

/// One entry per operation, called after its oldest edition.
pub(super) fn merge(
    editions: Vec<(Generation, Method, Edition)>,
    overlay: &Overlay,
) -> Result<Vec<Operation>> {
    let mut old = BTreeMap::new();
    let mut new = BTreeMap::new();
    for (generation, method, edition) in editions {
        let key = key(method, &edition.path);
        let map = if generation == Generation::V2 { &mut old } else { &mut new };
        if let Some((_, twice)) = map.insert(key, (method, edition)) {
            bail!("{generation} has {method} {} twice", twice.path);
        }
    }
    let mut operations = Vec::new();
    for link in &overlay.links {
        let missing = |text: &str| format!("the link to `{text}` leads nowhere: take it out");
        let (method, v2) = old.remove(&key_of(&link.v2)?).with_context(|| missing(&link.v2))?;
        let (_, v3) = new.remove(&key_of(&link.v3)?).with_context(|| missing(&link.v3))?;
        operations.push(operation(overlay, method, Some(v2), Some(v3))?);
    }
    for (key, (method, v2)) in old {
        let v3 = new.remove(&key).map(|(_, edition)| edition);
        operations.push(operation(overlay, method, Some(v2), v3)?);
    }
    for (method, v3) in new.into_values() {
        operations.push(operation(overlay, method, None, Some(v3))?);
    }
    Ok(operations)
}

fn operation(
    overlay: &Overlay,
    method: Method,
    v2: Option<Edition>,
    v3: Option<Edition>,
) -> Result<Operation> {
    let first = v2.as_ref().or(v3.as_ref()).context("an operation is in no generation")?;
    let id = format!("{}.{}", overlay.product(&first.product), names::kebab(&first.name));
    Operation::of(id, method, v2, v3)
}

/// The key of a call as a link writes it: `GET /path`.
fn key_of(call: &str) -> Result<Key> {
    let (method, path) = call.split_once(' ').context("a link is method and path")?;
    let methods = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let method = methods.into_iter().find(|known| known.as_str() == method);
    Ok(key(method.with_context(|| format!("`{call}` has no method"))?, path))
}

fn key(method: Method, path: &str) -> Key {
    let trimmed = path.trim_end_matches('/');
    let plain = |segment| if str::starts_with(segment, '{') { "{}" } else { segment };
    (method.as_str(), trimmed.split('/').map(plain).collect::<Vec<_>>().join("/"))
}
