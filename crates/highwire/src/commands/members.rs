//! `highwire members`: the people of an organization.

use aws_lc_rs::rand;
use domain::{Added, Member, MemberChange, MemberId, Members, OrganizationId};
use serde_json::json;
use store::Sqlite;

use crate::{
    actor::Actor,
    cli::{self, Owner},
    clock,
    failure::Failure,
    printer,
    settings::Settings,
};

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: cli::Members,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let of = async |owner: &Owner| {
        let found = actor.organization(&store, owner.organization.as_ref()).await;
        found.map(|organization| organization.id)
    };
    match command {
        cli::Members::Add { email, name, role, owner } => {
            let member = Member {
                id: draw_id()?,
                organization: of(&owner).await?,
                email: address(&email)?,
                name,
                role,
                added_at: clock::now(),
            };
            add(&store, member, json).await
        }
        cli::Members::List { owner } => list(&store, &of(&owner).await?, json).await,
        cli::Members::Remove { member, owner } => {
            let organization = of(&owner).await?;
            let id = identify(&store, &organization, &member).await?;
            let change = store.remove_member(&organization, &id).await?;
            tell(change, &id, "is removed", json!({ "member": id, "removed": true }), json)
        }
        cli::Members::Role { member, role, owner } => {
            let organization = of(&owner).await?;
            let id = identify(&store, &organization, &member).await?;
            let change = store.set_member_role(&organization, &id, role).await?;
            let told = json!({ "member": id, "role": role });
            tell(change, &id, &format!("has the role {role}"), told, json)
        }
    }
}

async fn add(store: &Sqlite, member: Member, json: bool) -> Result<(), Failure> {
    match store.add_member(member.clone()).await? {
        Added::New => {
            printer::data(if json { line(&member) } else { member.id.to_string() });
            Ok(())
        }
        Added::Exists => Err(Failure::user(
            format!("add a member: {} has one with this address", member.organization),
            "`highwire members role` gives a member another role",
        )),
        Added::NoOrganization => Err(Failure::user(
            format!("add a member to {}, which is not there", member.organization),
            "`highwire organizations list` shows those that are there",
        )),
    }
}

async fn list(store: &Sqlite, organization: &OrganizationId, json: bool) -> Result<(), Failure> {
    let members = store.members(organization).await?;
    if json {
        members.iter().for_each(|member| printer::data(line(member)));
        return Ok(());
    }
    let rows = members.into_iter().map(|member| {
        let (id, role) = (member.id.to_string(), member.role.to_string());
        vec![id, member.email, member.name, role, member.added_at.to_string()]
    });
    printer::data(printer::table(&["member", "e-mail", "name", "role", "added"], rows));
    Ok(())
}

/// The member with this id or address; what nobody has is told by the store.
async fn identify(
    store: &Sqlite,
    organization: &OrganizationId,
    text: &str,
) -> Result<MemberId, Failure> {
    let text = text.trim();
    let members = store.members(organization).await?;
    let is_meant =
        |member: &&Member| member.id.as_str() == text || member.email == text.to_lowercase();
    members.iter().find(is_meant).map(|member| member.id.clone()).ok_or_else(absent)
}

fn tell(
    change: MemberChange,
    id: &MemberId,
    done: &str,
    told: serde_json::Value,
    json: bool,
) -> Result<(), Failure> {
    match change {
        MemberChange::Done => {
            printer::data(if json { told.to_string() } else { format!("{id} {done}") });
            Ok(())
        }
        MemberChange::Absent => Err(absent()),
        MemberChange::LastOwner => Err(Failure::user(
            "take the last owner from an organization that has other members",
            "make another member the owner first, with `highwire members role MEMBER owner`",
        )),
    }
}

fn absent() -> Failure {
    let hint = "`highwire members list` shows those that are there";
    Failure::user("find the member in this organization", hint)
}

fn line(member: &Member) -> String {
    json!({
        "member": member.id,
        "organization": member.organization,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "added_at": member.added_at,
    })
    .to_string()
}

/// The address in the form in which it is compared. Only its bearer can say whether it is right.
fn address(text: &str) -> Result<String, Failure> {
    let address = text.trim().to_lowercase();
    let is_whole = address
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let is_plain = !address.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    match is_whole && is_plain && address.len() <= 254 {
        true => Ok(address),
        false => Err(Failure::user(
            "use the text as an e-mail address",
            "give it as name@example.com, without spaces",
        )),
    }
}

fn draw_id() -> Result<MemberId, Failure> {
    let mut random = [0; 8];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(MemberId::from_random(random))
}
