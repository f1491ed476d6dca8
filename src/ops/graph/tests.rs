use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Chart, ChartEdge, ChartNode, Relation};
use crate::model::Project;

fn node(name: &str, source: &str, notes: &[&str]) -> ChartNode {
    ChartNode {
        name: name.to_owned(),
        source: source.to_owned(),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        ends: name == "migrate",
    }
}

fn edge(from: usize, to: usize, relation: Relation) -> ChartEdge {
    ChartEdge { from, to, relation, required: true }
}

/// A front, a shop, its database with a job that prepares it, and one that stands alone.
fn shop() -> Chart {
    Chart {
        project: "shop".to_owned(),
        nodes: vec![
            node("db", "postgres:16", &[]),
            node("front", "nginx:1.27", &["8080→80"]),
            node("mail", "mailpit <&> \"x\"", &["×2"]),
            node("migrate", "build catalog", &[]),
            node("shop", "build shop", &[]),
        ],
        edges: vec![
            edge(1, 4, Relation::Healthy),
            edge(3, 0, Relation::Healthy),
            ChartEdge { required: false, ..edge(4, 0, Relation::Started) },
            edge(4, 3, Relation::Completed),
        ],
    }
}

#[test]
fn a_terminal_gets_trees_and_the_order_of_starts() {
    insta::assert_snapshot!(shop().text(), @r#"
    front  nginx:1.27  8080→80
    └─ shop  build shop  (healthy)
       ├─ db  postgres:16  (started, optional)
       └─ migrate  build catalog  (completed)
          └─ db  (healthy)
    mail  mailpit <&> "x"  ×2

    in 4 rounds: db, mail → migrate → shop → front
    "#);
}

#[test]
fn mermaid_gets_a_flow_chart_with_nothing_that_it_could_take_for_its_own() {
    insta::assert_snapshot!(shop().mermaid(), @r#"
    flowchart LR
        n0["<b>db</b><br>postgres:16"]
        n1["<b>front</b><br>nginx:1.27<br>8080→80"]
        n2["<b>mail</b><br>mailpit #60;#38;#62; #34;x#34;<br>×2"]
        n3(["<b>migrate</b><br>build catalog"])
        n4["<b>shop</b><br>build shop"]
        n1 -->|healthy| n4
        n3 -->|healthy| n0
        n4 -.-> n0
        n4 -->|completed| n3
    "#);
}

#[test]
fn graphviz_gets_its_language() {
    insta::assert_snapshot!(shop().dot(), @r#"
    digraph "shop" {
        rankdir=LR;
        node [shape=box, style=rounded, fontname="sans-serif"];
        edge [fontname="sans-serif", fontsize=10];
        "db" [label="db\npostgres:16"];
        "front" [label="front\nnginx:1.27\n8080→80"];
        "mail" [label="mail\nmailpit <&> \"x\"\n×2"];
        "migrate" [label="migrate\nbuild catalog", style="rounded,dashed"];
        "shop" [label="shop\nbuild shop"];
        "front" -> "shop" [label="healthy"];
        "migrate" -> "db" [label="healthy"];
        "shop" -> "db" [style=dashed];
        "shop" -> "migrate" [label="completed"];
    }
    "#);
}

#[test]
fn a_picture_is_the_same_each_time_it_is_drawn() {
    let first = shop().svg();
    assert!(first.contains("mailpit &lt;&amp;&gt; &quot;x&quot;"));
    for _ in 0..20 {
        assert_eq!(shop().svg(), first);
    }
}

#[test]
fn a_project_without_services_is_an_empty_picture() {
    let empty = Chart::of(&Project::default());
    assert_eq!(empty.text(), "");
    assert!(empty.svg().ends_with("</svg>\n"));
}

#[test]
fn a_circle_is_drawn_too() {
    let mut chart = shop();
    chart.edges.push(edge(0, 4, Relation::Built));
    chart.edges.push(edge(0, 0, Relation::Built));
    assert!(chart.text().contains("db"));
    assert!(chart.svg().contains("class=\"built\""));
}

/// Services of which each may hang on those before it.
fn charts() -> impl Strategy<Value = Chart> {
    (1..24_usize).prop_flat_map(|count| {
        let pairs = proptest::collection::vec((0..count, 0..count), 0..count * 2);
        pairs.prop_map(move |pairs| {
            let pairs: BTreeSet<(usize, usize)> = pairs.into_iter().filter(|(from, to)| from > to).collect();
            Chart {
                project: "random".to_owned(),
                nodes: (0..count).map(|at| node(&format!("service-{at}"), "image", &[])).collect(),
                edges: pairs.into_iter().map(|(from, to)| edge(from, to, Relation::Healthy)).collect(),
            }
        })
    })
}

proptest! {
    #[test]
    fn every_service_has_a_place_of_its_own_and_every_line_goes_to_the_right(chart in charts()) {
        let sizes = vec![(100.0, 50.0); chart.nodes.len()];
        let layout = super::layout::lay_out(&chart, &sizes);
        for (at, one) in layout.centers.iter().enumerate() {
            prop_assert!(one.0 >= 50.0 && one.1 >= 25.0 && one.0 <= layout.size.0 - 50.0 && one.1 <= layout.size.1 - 25.0);
            for other in &layout.centers[at + 1..] {
                let apart = (one.0 - other.0).abs() >= 100.0 || (one.1 - other.1).abs() >= 50.0;
                prop_assert!(apart, "{one:?} lies on {other:?}");
            }
        }
        for (edge, route) in chart.edges.iter().zip(&layout.routes) {
            prop_assert!(route.windows(2).all(|pair| pair[0].0 < pair[1].0), "{edge:?}: {route:?}");
        }
    }
}
