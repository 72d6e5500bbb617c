//! The tenants of an installation.

use domain::{Added, Organization, OrganizationId, Removal, Storage, StorageError};

use super::{Administration, Refused};

impl<S: Storage> Administration<'_, S> {
    /// The organization that something is about: the named one, or their own, or the first.
    ///
    /// # Errors
    /// Where there is none that they can see.
    pub async fn organization(
        &self,
        named: Option<&OrganizationId>,
    ) -> Result<Organization, Refused> {
        let own = self.by.principal.realm.organization();
        let id = named.or(own).unwrap_or(self.first);
        let is_visible = own.is_none_or(|own| own == id);
        let found = if is_visible { self.store.organization(id).await? } else { None };
        found.ok_or_else(|| Refused::NoOrganization(id.clone()))
    }

    /// The organizations that they can see, in order of id.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StorageError> {
        let own = self.by.principal.realm.organization();
        let mut all = self.store.organizations().await?;
        all.retain(|organization| own.is_none_or(|own| *own == organization.id));
        Ok(all)
    }

    /// Adds an organization, called by its id where it has no name.
    ///
    /// # Errors
    /// Where the id is or was another's.
    pub async fn add_organization(
        &self,
        id: OrganizationId,
        name: Option<String>,
    ) -> Result<Organization, Refused> {
        let name = name.unwrap_or_else(|| id.as_str().trim_start_matches("org_").to_owned());
        let organization = Organization { id, name, created_at: self.now };
        match self.store.add_organization(organization.clone()).await? {
            Added::New => {
                let id = &organization.id;
                self.note(Some(id), ("organization.added", id.as_str()), None).await?;
                Ok(organization)
            }
            Added::Exists | Added::NoOrganization => {
                Err(Refused::OrganizationTaken(organization.id))
            }
        }
    }

    /// Removes an organization that owns nothing any more.
    ///
    /// # Errors
    /// Where it is not there, still owns something, or is the first.
    pub async fn remove_organization(&self, id: &OrganizationId) -> Result<(), Refused> {
        if id == self.first {
            return Err(Refused::OrganizationStays(id.clone()));
        }
        match self.store.remove_organization(id, self.now).await? {
            Removal::Removed => {
                Ok(self.note(Some(id), ("organization.removed", id.as_str()), None).await?)
            }
            Removal::Absent => Err(Refused::NoOrganization(id.clone())),
            Removal::Owns(holdings) => Err(Refused::StillOwns(id.clone(), holdings)),
        }
    }
}
