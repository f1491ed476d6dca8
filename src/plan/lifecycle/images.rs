//! Taking images away, and nothing else.

use std::collections::BTreeSet;

use crate::plan::{Action, Cause, Plan, Step};
use crate::resource::{Desired, Kind, Observed, ObservedContainer, ObservedImage, ResourceId, Warning};

/// Removes the images of services, or of all if none is named; those that containers of the project were made from stay.
/// `labelled` are the images that carry the project's label.
#[must_use]
pub fn remove_images(
    desired: &Desired,
    (observed, labelled): (&Observed, &[ObservedImage]),
    services: &[String],
) -> Plan {
    let mut plan = Plan::default();
    let is_meant = |service: &String| services.is_empty() || services.contains(service);
    let images = desired.images.iter().filter(|image| image.services.iter().any(is_meant));
    let mut references: BTreeSet<&str> = images
        .filter(|image| observed.images.contains_key(&image.reference))
        .map(|image| image.reference.as_str())
        .collect();
    if services.is_empty() {
        // Tags of an image that the file names are known by that name already.
        let known: BTreeSet<&String> = observed.images.values().flat_map(|image| &image.tags).collect();
        let tags = labelled.iter().flat_map(|image| &image.tags).filter(|tag| !known.contains(tag));
        references.extend(tags.map(String::as_str));
    }
    for reference in references {
        let id = observed.images.get(reference).map(|image| image.id.as_str());
        let uses = |container: &&ObservedContainer| {
            container.image == reference || id.is_some_and(|id| container.image_id == id)
        };
        if let Some(user) = observed.containers.iter().find(uses) {
            let text = format!("image `{reference}` stays: container `{}` was made from it", user.name);
            plan.warnings.push(Warning::new("still-in-use", text));
            continue;
        }
        let action = Action::RemoveImage { reference: reference.to_owned() };
        let resource = ResourceId::new(Kind::Image, reference);
        plan.add(Step::new(action, Cause::Requested, resource), []);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::ImageSpec;

    fn image(reference: &str, service: &str) -> ImageSpec {
        ImageSpec {
            reference: reference.to_owned(),
            services: vec![service.to_owned()],
            ..ImageSpec::default()
        }
    }

    fn removed(plan: &Plan) -> Vec<&str> {
        plan.steps().map(|(_, step)| step.resource.name.as_str()).collect()
    }

    #[test]
    fn what_a_container_was_made_from_stays_and_what_is_not_there_is_not_asked_for() {
        let desired = Desired {
            images: vec![image("used", "a"), image("free", "b"), image("absent", "c")],
            ..Desired::default()
        };
        let local = |id: &str| ObservedImage { id: id.to_owned(), ..ObservedImage::default() };
        let user = ObservedContainer {
            name: "p-a-1".to_owned(),
            image: "used".to_owned(),
            ..ObservedContainer::default()
        };
        let observed = Observed {
            containers: vec![user],
            images: [("used".to_owned(), local("1")), ("free".to_owned(), local("2"))].into(),
            ..Observed::default()
        };
        let built = ObservedImage { tags: vec!["built:1".to_owned()], ..local("3") };
        let plan = remove_images(&desired, (&observed, std::slice::from_ref(&built)), &[]);
        assert_eq!(removed(&plan), ["built:1", "free"]);
        assert!(plan.warnings[0].message.contains("`used` stays: container `p-a-1`"));
        let plan = remove_images(&desired, (&observed, &[built]), &["b".to_owned()]);
        assert_eq!(removed(&plan), ["free"]);
        assert!(plan.warnings.is_empty());
    }
}
