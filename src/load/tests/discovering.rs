use super::{at, codes, files, options, refused, said};
use crate::load::{LoadOptions, Memory, load};

const WEB: &str = "services: {web: {image: 'x:${TAG:-none}'}}";

fn image(options: &LoadOptions, files: &Memory) -> String {
    let loaded = load(options, files).unwrap_or_else(|failure| panic!("{:?}", said(&failure)));
    at(&loaded, "services.web.image").as_str().unwrap().to_owned()
}

#[test]
fn the_current_directory_s_variables_come_before_those_beside_the_file() {
    let all =
        files(&[("compose.yaml", WEB), (".env", "TAG=parent\n"), ("sub/.env", "TAG=own\n"), ("other/x", "")]);
    let from = |directory: &str| LoadOptions { working_directory: directory.into(), ..options() };
    assert_eq!(image(&from("/p/sub"), &all), "x:own");
    assert_eq!(image(&from("/p/other"), &all), "x:parent");
}

#[test]
fn the_process_comes_before_files_and_later_files_before_earlier_ones() {
    let all =
        files(&[("compose.yaml", WEB), ("a.env", "TAG=a\n"), ("b.env", "TAG=b\n"), (".env", "TAG=no\n")]);
    let named = LoadOptions { env_files: vec!["a.env".into(), "b.env".into()], ..options() };
    assert_eq!(image(&named, &all), "x:b");
    let mut set = named.clone();
    set.environment.insert("TAG".to_owned(), "shell".to_owned());
    assert_eq!(image(&set, &all), "x:shell");
}

#[test]
fn the_default_file_of_variables_can_be_left_out() {
    let all = files(&[("compose.yaml", WEB), (".env", "TAG=a\n")]);
    let mut options = options();
    options.environment.insert("COMPOSE_DISABLE_ENV_FILE".to_owned(), "1".to_owned());
    assert_eq!(image(&options, &all), "x:none");
}

#[test]
fn standard_input_is_a_file_of_the_current_directory() {
    let all = files(&[("over.yaml", "services: {web: {user: u}}")]).input(WEB);
    let options = LoadOptions { files: vec!["-".to_owned(), "over.yaml".to_owned()], ..options() };
    let loaded = load(&options, &all).unwrap();
    assert_eq!(loaded.files, ["-", "/p/over.yaml"]);
    assert_eq!(loaded.directory.to_str(), Some("/p"));
}

#[test]
fn a_name_is_taken_from_the_nearest_that_gives_one() {
    let name = |change: &dyn Fn(&mut LoadOptions), texts: &[(&str, &str)]| {
        let mut options = options();
        change(&mut options);
        load(&options, &files(texts)).map_or_else(|failure| codes(&failure).join(" "), |loaded| loaded.name)
    };
    let nothing = |_: &mut LoadOptions| {};
    let in_file = "name: 'My.App_$V'\nservices: {web: {image: x}}";
    let set = |name: &'static str| {
        move |options: &mut LoadOptions| {
            options.environment.insert("COMPOSE_PROJECT_NAME".to_owned(), name.to_owned());
        }
    };
    assert_eq!(name(&nothing, &[("compose.yaml", WEB)]), "p");
    assert_eq!(name(&nothing, &[("compose.yaml", in_file), (".env", "V=1\n")]), "myapp_1");
    assert_eq!(name(&set("var"), &[("compose.yaml", in_file), (".env", "V=1\n")]), "var");
    assert_eq!(name(&set("Var"), &[("compose.yaml", WEB)]), "bad-project-name");
    assert_eq!(
        name(&|options| options.project_name = Some("given".to_owned()), &[("compose.yaml", WEB)]),
        "given"
    );
    assert_eq!(
        name(&nothing, &[("compose.yaml", "name: ___\nservices: {web: {image: x}}")]),
        "no-project-name"
    );
}

#[test]
fn a_named_file_that_is_missing_is_an_error_with_its_neighbour() {
    let files = files(&[("compose.yml", WEB)]);
    let failure =
        load(&LoadOptions { files: vec!["compose.yaml".to_owned()], ..options() }, &files).unwrap_err();
    let problem = failure.problems.iter().next().unwrap();
    assert_eq!(
        (problem.code, problem.help.as_deref()),
        ("missing-file", Some("did you mean `compose.yml`?"))
    );
}

#[test]
fn a_list_in_a_file_of_variables_is_blamed_for_what_it_names() {
    let failure = refused(&[("compose.yaml", WEB), (".env", "COMPOSE_FILE=compse.yaml\n")]);
    assert_eq!(said(&failure)[0].2, ["COMPOSE_FILE=compse.yaml"]);
}
