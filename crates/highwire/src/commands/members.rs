//! `highwire members`: the people of an organization.

use aws_lc_rs::rand;
use domain::{Member, MemberId};
use engine::administration::NewMember;
use serde_json::json;
use store::Sqlite;

use crate::{
    actor::Actor,
    administration,
    cli::{self, Owner},
    failure::Failure,
    printer,
    settings::Settings,
    wiring,
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
    let first = wiring::default_organization();
    let desk = administration::desk(&store, actor, &first);
    match command {
        cli::Members::Add { email, name, role, owner } => {
            let (id, organization) = (draw_id()?, of(&owner).await?);
            let member = desk.add_member(NewMember { id, organization, email, name, role }).await?;
            printer::data(if json { line(&member) } else { member.id.to_string() });
        }
        cli::Members::List { owner } => list(desk.members(&of(&owner).await?).await?, json),
        cli::Members::Remove { member, owner } => {
            let organization = of(&owner).await?;
            let id = desk.find_member(&organization, &member).await?.id;
            desk.remove_member(&organization, &id).await?;
            let told = json!({ "member": id, "removed": true }).to_string();
            printer::data(if json { told } else { format!("{id} is removed") });
        }
        cli::Members::Role { member, role, owner } => {
            let organization = of(&owner).await?;
            let id = desk.find_member(&organization, &member).await?.id;
            desk.set_member_role(&organization, (&id, role)).await?;
            let told = json!({ "member": id, "role": role }).to_string();
            printer::data(if json { told } else { format!("{id} has the role {role}") });
        }
    }
    Ok(())
}

fn list(members: Vec<Member>, json: bool) {
    if json {
        members.iter().for_each(|member| printer::data(line(member)));
        return;
    }
    let rows = members.into_iter().map(|member| {
        let (id, role) = (member.id.to_string(), member.role.to_string());
        vec![id, member.email, member.name, role, member.added_at.to_string()]
    });
    printer::data(printer::table(&["member", "e-mail", "name", "role", "added"], rows));
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

fn draw_id() -> Result<MemberId, Failure> {
    let mut random = [0; 8];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(MemberId::from_random(random))
}
