//! Images that change under one's feet.

use super::finding::{Finding, Lint, Subject};
use crate::syntax::Reference;

/// An image without a tag, or with `latest`, is another one tomorrow.
pub(super) fn unpinned(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(entry) = service.entry(&["image"]).filter(|_| !service.map.contains("build")) else {
            continue;
        };
        let Some(reference) = entry.node.as_str().and_then(|text| Reference::parse(text).ok()) else {
            continue;
        };
        if reference.digest.is_some() {
            continue;
        }
        let message = match reference.tag.as_deref() {
            Some("latest") => format!("the image of `{}` is whatever is the latest", service.name),
            None => format!("the image of `{}` has no tag: that is `latest`", service.name),
            Some(_) => continue,
        };
        findings.push(
            lint.in_service(&service, message)
                .at(entry.node.span, "may be another image tomorrow")
                .help("name a version: `NAME:1.2`, or an exact image: `NAME@sha256:...`"),
        );
    }
}
