//! What `skip_serializing_if` asks; it passes references.

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `skip_serializing_if` passes a reference")]
pub(super) fn not(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `skip_serializing_if` passes a reference")]
pub(super) fn zero(value: &i64) -> bool {
    *value == 0
}
