//! A stack for a test, from Rust: `cargo run --example fixture`.
//!
//! In a test it looks the same; `#[tokio::test]` takes the place of `main`.

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::time::Duration;

use rcompose::fixture::{Error, Fixture};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fixture/compose.yaml");
    let stack = Fixture::of_file(file).up().await?;
    let url = stack.url("http", "web", 80).await?;
    let status = stack.wait_for_http("web", (80, "/"), Duration::from_secs(10)).await?;
    println!("{url}/ of project {} answers {status}", stack.name());
    let page = stack.exec("web", &["cat", "/www/index.html"]).await?;
    print!("{}", String::from_utf8_lossy(&page.output));
    stack.down().await
}
