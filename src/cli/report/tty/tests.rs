use std::time::Duration;

use rcompose::event::{Event, Level, OutputLine, Progress, Status};
use rcompose::resource::{Kind, ResourceId};

use super::{Glyphs, Live, Menu, Screen, View};
use crate::cli::report::paint::Paint;

const BLACK: View = View { width: 60, height: 12, paint: Paint { on: false }, glyphs: Glyphs::Unicode };

fn container(name: &str, status: Status, text: &str) -> Event {
    Event::Progress(Progress::new(ResourceId::new(Kind::Container, name), status, text))
}

fn image(name: &str) -> ResourceId {
    ResourceId::new(Kind::Image, name)
}

fn at(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn started(total: usize) -> Event {
    Event::Started { operation: "up", total }
}

/// A region that took these events in, at their times.
fn live(events: &[(f64, Event)]) -> Live {
    let mut live = Live::default();
    for (seconds, event) in events {
        live.accept(event, BLACK, at(*seconds));
    }
    live
}

fn drawn(live: &Live, view: View, seconds: f64) -> String {
    live.lines(view, at(seconds)).join("\n")
}

fn small_stack() -> Live {
    let layer = |name: &str, current, total| {
        Event::Progress(Progress {
            parent: Some(image("nginx:1.27")),
            current,
            total,
            ..Progress::new(image(name), Status::Working, "Downloading")
        })
    };
    live(&[
        (0.0, started(4)),
        (
            0.0,
            Event::Progress(Progress::new(
                ResourceId::new(Kind::Network, "shop_default"),
                Status::Working,
                "Creating",
            )),
        ),
        (
            0.2,
            Event::Progress(Progress::new(
                ResourceId::new(Kind::Network, "shop_default"),
                Status::Done,
                "Created",
            )),
        ),
        (0.2, Event::Progress(Progress::new(image("nginx:1.27"), Status::Working, "Pulling"))),
        (0.4, layer("a1", 10_000_000, 40_000_000)),
        (0.4, layer("b2", 10_000_000, 10_000_000)),
        (0.5, container("shop-db-1", Status::Working, "Creating")),
        (0.6, container("shop-db-1", Status::Done, "Created")),
        (3.0, container("shop-db-1", Status::Working, "Starting")),
        (3.4, container("shop-db-1", Status::Error, "Error")),
    ])
}

#[test]
fn each_resource_has_a_line_with_its_state_and_the_time_that_work_on_it_took() {
    insta::assert_snapshot!(drawn(&small_stack(), BLACK, 4.0), @r#"
    [x] up 1/4  4.0s
     ✔ Network shop_default  Created    0.2s
     ⠋ Image nginx:1.27      Pulling    3.8s  20.0MB / 50.0MB
     ✘ Container shop-db-1   Error      0.5s
    "#);
}

#[test]
fn a_wide_terminal_has_room_for_a_bar() {
    insta::assert_snapshot!(drawn(&small_stack(), View { width: 100, ..BLACK }, 4.0), @r#"
    [x] up 1/4  4.0s
     ✔ Network shop_default  Created    0.2s
     ⠋ Image nginx:1.27      Pulling    3.8s  ━━━━━━━━──────────── 20.0MB / 50.0MB
     ✘ Container shop-db-1   Error      0.5s
    "#);
}

#[test]
fn a_narrow_terminal_loses_columns_from_the_right_and_no_line_is_too_wide() {
    insta::assert_snapshot!(drawn(&small_stack(), View { width: 30, ..BLACK }, 4.0), @r#"
    [x] up 1/4  4.0s
     ✔ Network…default  Created
     ⠋ Image n…nx:1.27  Pulling
     ✘ Contain…op-db-1  Error
    "#);
    for width in 1..120 {
        let view = View { width, ..BLACK };
        for line in small_stack().lines(view, at(4.0)) {
            assert!(unicode_width::UnicodeWidthStr::width(line.as_str()) < width.max(2), "{width}: {line:?}");
        }
    }
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    let text = drawn(&small_stack(), View { width: 100, glyphs: Glyphs::Ascii, ..BLACK }, 4.0);
    assert!(text.is_ascii(), "{text}");
}

fn many() -> Live {
    let mut events = vec![(0.0, started(50))];
    for number in 0..50 {
        let name = format!("shop-worker-{number}");
        events.push((0.1, container(&name, Status::Working, "Creating")));
    }
    for number in (0..50).filter(|number| number % 10 != 3) {
        let name = format!("shop-worker-{number}");
        events.push((1.0 + f64::from(number) / 100.0, container(&name, Status::Done, "Created")));
    }
    events.push((2.0, container("shop-worker-7", Status::Error, "Error")));
    live(&events)
}

#[test]
fn what_does_not_fit_is_folded_and_what_failed_or_is_under_way_is_kept() {
    insta::assert_snapshot!(drawn(&many(), BLACK, 2.5), @r#"
    [x] up 44/50  2.5s
     ⠴ Container shop-worker-3   Creating   2.4s
     ✘ Container shop-worker-7   Error      1.0s
     ⠴ Container shop-worker-13  Creating   2.4s
     ⠴ Container shop-worker-23  Creating   2.4s
     ⠴ Container shop-worker-33  Creating   2.4s
     ⠴ Container shop-worker-43  Creating   2.4s
     ✔ Container shop-worker-47  Created    1.4s
     ✔ Container shop-worker-48  Created    1.4s
     ✔ Container shop-worker-49  Created    1.4s
       … 41 more: 41 done
    "#);
}

#[test]
fn never_more_lines_than_the_screen_has() {
    for height in 0..60 {
        let lines = many().lines(View { height, ..BLACK }, at(2.5));
        assert!(lines.len() < height.max(1), "{height}: {}", lines.len());
    }
}

#[test]
fn a_build_shows_its_step_and_how_many_there_are() {
    let step = Progress {
        current: 3,
        total: 6,
        ..Progress::new(image("shop-web"), Status::Working, "Building").details("[3/6] RUN make")
    };
    let live = live(&[(0.0, started(1)), (0.0, Event::Progress(step))]);
    let shown = |width| drawn(&live, View { width, ..BLACK }, 1.0).lines().nth(1).map(str::to_owned);
    assert_eq!(shown(90).as_deref(), Some(" ⠋ Image shop-web  Building   1.0s  ━━━━━───── [3/6] RUN make"));
    assert_eq!(shown(60).as_deref(), Some(" ⠋ Image shop-web  Building   1.0s  [3/6] RUN make"));
}

#[test]
fn the_lines_of_a_failed_build_stay_on_the_screen() {
    let output = |text: &str| Event::Output(OutputLine::new(image("shop-web"), text));
    let mut live = live(&[
        (0.0, started(1)),
        (0.0, Event::Progress(Progress::new(image("shop-web"), Status::Working, "Building"))),
        (1.0, output("Step 2/4 : RUN make")),
        (2.0, output("make: *** no rule \u{1b}[2J")),
    ]);
    assert_eq!(
        drawn(&live, BLACK, 2.0).lines().nth(1),
        Some(" ⠋ Image shop-web  Building   2.0s  make: *** no rule ␛[2J")
    );
    live.accept(&Event::Progress(Progress::new(image("shop-web"), Status::Error, "Error")), BLACK, at(3.0));
    let settled = live.accept(&Event::Finished { operation: "up", success: false }, BLACK, at(3.0));
    insta::assert_snapshot!(settled.expect("the region is settled").text, @r#"
    [x] up 0/1  3.0s
     ✘ Image shop-web  Error      3.0s
       last output of Image shop-web:
       | Step 2/4 : RUN make
       | make: *** no rule ␛[2J
    "#);
    assert_eq!(drawn(&live, BLACK, 3.0), "");
}

/// A screen model that is fed what a run writes.
struct Terminal {
    model: vt100::Parser,
    screen: Screen,
    view: View,
}

impl Terminal {
    fn new(view: View) -> Self {
        let rows = u16::try_from(view.height).expect("a small screen");
        let columns = u16::try_from(view.width).expect("a small screen");
        Self { model: vt100::Parser::new(rows, columns, 100), screen: Screen::default(), view }
    }

    fn show(&mut self, above: &str, live: &Live, seconds: f64) {
        let lines = live.lines(self.view, at(seconds));
        let bytes = self.screen.paint(above, lines, self.view.width);
        // The terminal driver's part.
        self.model.process(bytes.replace('\n', "\r\n").as_bytes());
    }

    fn contents(&self) -> String {
        self.model.screen().contents()
    }
}

#[test]
fn lines_above_the_live_region_do_not_tear_it() {
    let mut terminal = Terminal::new(View { width: 40, height: 10, ..BLACK });
    let mut live = live(&[(0.0, started(2)), (0.0, container("web-1", Status::Working, "Starting"))]);
    terminal.show("", &live, 0.0);
    let wide = "x".repeat(40);
    terminal.show(&format!("db-1  | ready\ndb-1  | {}\n{wide}\n", "long ".repeat(10)), &live, 0.1);
    live.accept(&container("web-1", Status::Done, "Started"), terminal.view, at(0.2));
    live.accept(&container("web-2", Status::Working, "Starting"), terminal.view, at(0.2));
    terminal.show("", &live, 0.2);
    terminal.show("db-1  | again\n", &live, 0.3);
    insta::assert_snapshot!(terminal.contents(), @r#"
    db-1  | ready
    db-1  | long long long long long long long long long long 
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    db-1  | again
    [+] up 1/2  0.3s
     ✔ Container web-1  Started    0.2s
     ⠸ Container web-2  Starting   0.1s
    "#);
}

#[test]
fn a_region_that_ends_is_drawn_once() {
    let mut terminal = Terminal::new(View { width: 40, height: 10, ..BLACK });
    let mut live = live(&[(0.0, started(1)), (0.0, container("web-1", Status::Working, "Starting"))]);
    terminal.show("", &live, 0.0);
    live.accept(&container("web-1", Status::Done, "Started"), terminal.view, at(0.2));
    let notice = Event::Notice { level: Level::Warning, text: "careful".to_owned() };
    let above = live.accept(&notice, terminal.view, at(0.2)).expect("a notice is a line").text;
    terminal.show(&above, &live, 0.2);
    let finished = Event::Finished { operation: "up", success: true };
    let settled = live.accept(&finished, terminal.view, at(0.3)).expect("the region is settled").text;
    terminal.show(&settled, &live, 0.3);
    terminal.show("web-1  | hello\n", &live, 0.4);
    insta::assert_snapshot!(terminal.contents(), @r#"
    warning: careful
    [+] up 1/1  0.3s
     ✔ Container web-1  Started    0.2s
    web-1  | hello
    "#);
}

#[test]
fn a_window_made_narrower_leaves_no_rest_of_the_old_drawing() {
    let mut terminal = Terminal::new(View { width: 60, height: 10, ..BLACK });
    let live = live(&[
        (0.0, started(1)),
        (0.0, container("a-container-with-a-name-1", Status::Working, "Starting")),
    ]);
    terminal.show("", &live, 0.0);
    terminal.view.width = 30;
    let bytes = terminal.screen.paint("", live.lines(terminal.view, at(0.1)), 30);
    // The line of 51 columns takes two rows in the narrower window: three rows up in all.
    assert!(bytes.contains("\u{1b}[3A"), "{bytes:?}");
}

#[test]
fn colours_are_the_only_escapes_in_a_drawing_and_absent_without_colour() {
    let painted = View { paint: Paint { on: true }, ..BLACK };
    let text = drawn(&small_stack(), painted, 4.0);
    assert!(
        text.contains("\u{1b}[32m") && text.contains("\u{1b}[1;31m") || text.contains("\u{1b}[31;1m"),
        "{text:?}"
    );
    assert!(!drawn(&small_stack(), BLACK, 4.0).contains('\u{1b}'));
}

#[test]
fn the_menu_is_there_while_all_is_up_and_says_what_a_key_would_do_now() {
    let mut menu = Menu::new(true);
    let mut after = |event: Event| {
        menu.accept(&event);
        menu.line(BLACK)
    };
    let finished = |operation, success| Event::Finished { operation, success };
    let watching = Event::Watching { services: Vec::new(), folders: 1, paths: 1, polling: None };
    assert_eq!(after(started(1)), None);
    assert_eq!(after(finished("up", false)), None);
    assert_eq!(after(finished("up", true)).as_deref(), Some("w Enable Watch   d Detach"));
    assert_eq!(after(watching).as_deref(), Some("w Disable Watch   d Detach"));
    assert_eq!(after(finished("watch", true)).as_deref(), Some("w Enable Watch   d Detach"));
    assert_eq!(after(Event::Started { operation: "stop", total: 1 }), None);
}

#[test]
fn the_menu_has_no_more_entries_than_make_sense_and_needs_room() {
    let mut menu = Menu::new(false);
    menu.accept(&Event::Finished { operation: "up", success: true });
    assert_eq!(menu.line(BLACK).as_deref(), Some("d Detach"));
    assert_eq!(menu.line(View { width: 7, ..BLACK }), None);
    assert_eq!(menu.line(View { height: 3, ..BLACK }), None);
}
