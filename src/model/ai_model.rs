//! Language models, and how a container is told of one.

use super::concept::concept;

concept! {
    /// A language model.
    pub struct Model {
        /// Its name.
        pub name: String,
        /// The image that holds it.
        pub model: String,
        /// How much it sees at once.
        pub context_size: i64,
        /// Flags of the runtime.
        pub runtime_flags: Vec<String>,
    }
}

concept! {
    /// The variables that tell a container where a model is.
    pub struct ModelBinding {
        /// The variable with the address.
        pub endpoint_var: String,
        /// The variable with the model's name.
        pub model_var: String,
    }
}
