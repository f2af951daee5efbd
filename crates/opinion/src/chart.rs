//! The two charts of an opinion, drawn natively in Word and as SVG elsewhere.

use std::fmt::Write as _;

/// A chart.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// Above it, and read out where it cannot be seen.
    pub caption: String,
    /// Names of the axes or bars.
    pub names: Vec<String>,
    /// Series: name, colour (`RRGGBB`), values in the order of the names.
    pub series: Vec<(String, &'static str, Vec<f64>)>,
    /// What it looks like.
    pub form: Form,
}

/// What a chart looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Per cent on axes around a centre.
    Radar,
    /// Counts, one after the other, in horizontal bars.
    Bars,
}

/// Escapes text for XML and drops what XML cannot hold.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}')
            }
            _ => out.push(c),
        }
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, fill: &str, words: &str) {
    let _ = write!(svg, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{fill}">"#);
    escape(words, svg);
    svg.push_str("</text>");
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

impl Chart {
    /// The chart as SVG.
    pub fn svg(&self, font: &str) -> String {
        let height = match self.form {
            Form::Radar => 400.0,
            Form::Bars => 60.0 + 26.0 * count(self.names.len()),
        };
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {height:.0}" width="640" height="{height:.0}" role="img" font-family="{}" font-size="12"><title>"#,
            font.replace(['"', '<', '>', '&'], "")
        );
        escape(&self.caption, &mut svg);
        svg.push_str("</title>");
        match self.form {
            Form::Radar => self.radar(&mut svg),
            Form::Bars => self.bars(&mut svg),
        }
        self.legend(&mut svg, height - 12.0);
        svg.push_str("</svg>");
        svg
    }

    fn legend(&self, svg: &mut String, y: f64) {
        let mut x = 60.0;
        for (name, colour, _) in &self.series {
            let _ = write!(svg, r##"<rect x="{x:.1}" y="{:.1}" width="12" height="10" fill="#{colour}"/>"##, y - 9.0);
            text(svg, x + 18.0, y, "start", "#333", name);
            let wide: f64 = name.chars().map(|c| if c.is_ascii() { 6.6 } else { 12.0 }).sum();
            x += 44.0 + wide;
        }
    }

    fn radar(&self, svg: &mut String) {
        let (cx, cy, radius) = (320.0, 185.0, 130.0);
        let sides = self.names.len().max(1);
        let point = |index: usize, r: f64| {
            let angle = std::f64::consts::TAU * count(index) / count(sides);
            (cx + r * angle.sin(), cy - r * angle.cos())
        };
        let ring = |of: &dyn Fn(usize) -> f64| {
            let points = (0..sides).map(|index| {
                let (x, y) = point(index, of(index));
                format!("{x:.1},{y:.1}")
            });
            points.collect::<Vec<_>>().join(" ")
        };
        for step in [0.25, 0.5, 0.75, 1.0] {
            let _ = write!(svg, r##"<polygon points="{}" fill="none" stroke="#ccc"/>"##, ring(&|_| radius * step));
        }
        for (index, name) in self.names.iter().enumerate() {
            let (x, y) = point(index, radius);
            let _ = write!(svg, r##"<line x1="{cx}" y1="{cy}" x2="{x:.1}" y2="{y:.1}" stroke="#ccc"/>"##);
            let (x, y) = point(index, radius + 14.0);
            let anchor = if (x - cx).abs() < 10.0 {
                "middle"
            } else if x > cx {
                "start"
            } else {
                "end"
            };
            text(svg, x, y + 4.0, anchor, "#333", name);
        }
        for (number, (_, colour, values)) in self.series.iter().enumerate() {
            let of = |index: usize| radius * values.get(index).copied().unwrap_or(0.0) / 100.0;
            let dash = if number == 0 { r#" stroke-dasharray="5 4""# } else { "" };
            let _ = write!(
                svg,
                r##"<polygon points="{}" fill="#{colour}" fill-opacity="0.12" stroke="#{colour}" stroke-width="2"{dash}/>"##,
                ring(&of)
            );
        }
        for step in [50.0, 100.0] {
            text(svg, cx + 4.0, cy - radius * step / 100.0 + 12.0, "start", "#888", &format!("{step:.0}%"));
        }
    }

    fn bars(&self, svg: &mut String) {
        let total = |index: usize| -> f64 {
            self.series.iter().map(|(_, _, values)| values.get(index).copied().unwrap_or(0.0)).sum()
        };
        let most = (0..self.names.len()).map(total).fold(1.0, f64::max);
        let (left, width) = (190.0, 410.0);
        for (index, name) in self.names.iter().enumerate() {
            let y = 14.0 + 26.0 * count(index);
            text(svg, left - 8.0, y + 13.0, "end", "#333", name);
            let mut x = left;
            for (_, colour, values) in &self.series {
                let value = values.get(index).copied().unwrap_or(0.0);
                let wide = width * value / most;
                if value > 0.0 {
                    let _ = write!(
                        svg,
                        r##"<rect x="{x:.1}" y="{y:.1}" width="{wide:.1}" height="18" fill="#{colour}"/>"##
                    );
                    if wide > 18.0 {
                        text(svg, x + wide / 2.0, y + 13.0, "middle", "#fff", &format!("{value:.0}"));
                    }
                }
                x += wide;
            }
        }
    }
}
