//! What every request carries besides, as the client's configuration or a variable has it: proxies before a daemon ask
//! for such things.

use std::collections::BTreeMap;

use http::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::context;
use super::options::ConnectOptions;

/// The variable, which goes before `HttpHeaders` of `config.json`.
const VARIABLE: &str = "DOCKER_CUSTOM_HEADERS";

/// The headers. Who we are is not one of them, as with the Docker command line. An error says what cannot be sent.
pub(super) fn headers(options: &ConnectOptions) -> Result<HeaderMap, String> {
    let (given, origin) = if let Some(text) = options.variable(VARIABLE) {
        (pairs(text)?, VARIABLE)
    } else {
        let configured = options.config_directory().map(|directory| context::headers(&directory));
        (configured.unwrap_or_default(), "`HttpHeaders` of `config.json`")
    };
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let unfit = |what: &str| format!("{origin}: {what}");
        let header = HeaderName::try_from(&name)
            .map_err(|_| unfit(&format!("`{}` is no name of a header", name.escape_debug())))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| unfit(&format!("the value of `{header}` has characters that no header can have")))?;
        headers.insert(header, value);
    }
    headers.remove(USER_AGENT);
    Ok(headers)
}

/// `NAME=VALUE,"NAME=a,b"`.
fn pairs(text: &str) -> Result<BTreeMap<String, String>, String> {
    let pair = |field: String| match field.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        Some(_) => Err(format!("{VARIABLE}: no name before the `=` of `{field}`")),
        None => Err(format!("{VARIABLE}: `{field}` is not NAME=VALUE")),
    };
    fields(text)?.into_iter().map(pair).collect()
}

/// What commas part; a field in double quotes may have some, and two of the quotes for one.
fn fields(text: &str) -> Result<Vec<String>, String> {
    let mut fields = vec![String::new()];
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = rest.next() {
        let field = fields.last_mut().map_or("", |field| field.as_str());
        match character {
            '"' if !quoted && field.is_empty() => quoted = true,
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                fields.last_mut().into_iter().for_each(|field| field.push('"'));
            }
            '"' if quoted && matches!(rest.peek(), None | Some(',')) => quoted = false,
            '"' => return Err(format!("{VARIABLE}: a quote within `{text}` that ends no field")),
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().into_iter().for_each(|field| field.push(other)),
        }
    }
    if quoted { Err(format!("{VARIABLE}: a quote in `{text}` that is not closed")) } else { Ok(fields) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_variable(text: &str) -> Result<Vec<(String, String)>, String> {
        let mut options = ConnectOptions::default();
        options.environment.insert(VARIABLE.to_owned(), text.to_owned());
        let headers = headers(&options)?;
        let told = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(headers.iter().map(told).collect())
    }

    #[test]
    fn a_variable_gives_headers_with_commas_and_quotes_in_them() {
        let found = by_variable(r#"X-One=1, X-Two = two ,"X-Three=a,b","X-Four=a""b",X-Five=,User-Agent=me"#);
        let want = [("x-one", "1"), ("x-two", "two"), ("x-three", "a,b"), ("x-four", "a\"b"), ("x-five", "")];
        let mut want = want.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let mut found = found.unwrap();
        want.sort();
        found.sort();
        assert_eq!(found, want);
    }

    #[test]
    fn what_is_no_header_is_told_with_what_is_wrong() {
        for (text, want) in [
            ("X-One", "`X-One` is not NAME=VALUE"),
            ("X=1,,", "`` is not NAME=VALUE"),
            ("=x", "no name before the `=`"),
            ("a b=1", "`a b` is no name of a header"),
            ("a=\"1\"", "ends no field"),
            ("\"a=1", "not closed"),
            ("a=x\ny", "characters that no header can have"),
        ] {
            let fault = by_variable(text).unwrap_err();
            assert!(fault.contains(want), "{text}: {fault}");
        }
    }

    #[test]
    fn the_configuration_gives_them_where_there_is_no_variable() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"HttpHeaders": {"X-Meta": "a b", "user-agent": "me"}}"#;
        std::fs::write(folder.path().join("config.json"), text).unwrap();
        let mut options = ConnectOptions::default();
        options.environment.insert("DOCKER_CONFIG".to_owned(), folder.path().display().to_string());
        let found = headers(&options).unwrap();
        assert_eq!((found.len(), found["x-meta"].to_str().unwrap()), (1, "a b"));
        options.environment.insert(VARIABLE.to_owned(), "x=1".to_owned());
        assert!(!headers(&options).unwrap().contains_key("x-meta"));
    }
}
