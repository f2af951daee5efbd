//! A firm's own template: a folder with `firm.yaml` and, beside it, a logo.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use zhunsheng_source::{Diagnostic, Diagnostics, Limits, Node, Sources, Text, parse, quoted};

/// Largest `firm.yaml`, in bytes.
const LARGEST: usize = 256 << 10;
/// Longest wording, in characters.
const LONGEST: usize = 8_000;
/// Longest name of a font or firm, in characters.
const NAME: usize = 120;
/// Largest logo, in bytes.
const LOGO: u64 = 2 << 20;
/// Largest side of a logo, in pixels.
const PIXELS: usize = 6_000;

/// How the opinion looks and what the firm says in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The firm; empty: none stated.
    pub firm: Text,
    /// Address and the like, for the foot of the cover.
    pub contact: Text,
    /// Logo.
    pub logo: Option<Logo>,
    /// Accent colour, `RRGGBB`.
    pub accent: String,
    /// Fonts.
    pub fonts: Fonts,
    /// Declarations after the opening; empty: the built-in ones.
    pub declarations: Vec<Text>,
    /// Said of the method before the built-in statements.
    pub method: Text,
    /// Who may rely on the opinion, before the signatures; empty: the built-in sentence.
    pub reliance: Text,
    /// Lines to sign on; empty: the people who sign.
    pub signatures: Vec<Text>,
}

/// Fonts by their use. Word shows another font where one is not installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fonts {
    /// Title on the cover.
    pub title: String,
    /// Headings of the first level.
    pub heading: String,
    /// Headings of the second level.
    pub subheading: String,
    /// Body.
    pub body: String,
    /// Latin letters and figures.
    pub latin: String,
    /// Ids, paths and hashes.
    pub code: String,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// `png` or `jpeg`.
    pub kind: &'static str,
    /// Width and height in pixels.
    pub size: (usize, usize),
}

impl Default for Template {
    fn default() -> Template {
        let font = |name: &str| name.to_owned();
        Template {
            firm: Text::default(),
            contact: Text::default(),
            logo: None,
            accent: "1F3864".to_owned(),
            fonts: Fonts {
                title: font("宋体"),
                heading: font("黑体"),
                subheading: font("楷体"),
                body: font("仿宋"),
                latin: font("Times New Roman"),
                code: font("Consolas"),
            },
            declarations: Vec::new(),
            method: Text::default(),
            reliance: Text::default(),
            signatures: Vec::new(),
        }
    }
}

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file could not be read.
    #[error("cannot read `{path}`: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file is too large.
    #[error("`{path}` holds more than {most} bytes; make it smaller")]
    Large {
        /// The file.
        path: PathBuf,
        /// The bound.
        most: u64,
    },
    /// Not UTF-8.
    #[error("`{0}` is not UTF-8; save it as UTF-8")]
    Encoding(PathBuf),
    /// The logo is no picture we can place.
    #[error("`{path}` is not a usable logo: {why}; give a PNG or JPEG of at most {PIXELS} pixels a side")]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// `firm.yaml` has mistakes; all of them are listed.
    #[error("the template has mistakes")]
    Mistakes {
        /// The mistakes.
        problems: Diagnostics,
        /// The files their addresses point into.
        sources: Sources,
    },
}

impl TemplateError {
    /// In both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            TemplateError::Io { path, cause } => {
                format!("无法读取 `{}`；请检查路径和权限{}", path.display(), quoted(cause))
            }
            TemplateError::Large { path, most } => format!("`{}` 超过 {most} 字节；请改小", path.display()),
            TemplateError::Encoding(path) => format!("`{}` 不是 UTF-8；请另存为 UTF-8", path.display()),
            TemplateError::Picture { path, why } => format!(
                "`{}` 不能用作标志；请给每边至多 {PIXELS} 像素的 PNG 或 JPEG，放在 `firm.yaml` 旁边{}",
                path.display(),
                quoted(why)
            ),
            TemplateError::Mistakes { .. } => "模板有错误".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

impl Template {
    /// Reads a template folder.
    ///
    /// # Errors
    /// [`TemplateError`]
    pub fn load(folder: &Path) -> Result<Template, TemplateError> {
        let path = folder.join("firm.yaml");
        let (template, logo) = parsed(&path, read(&path, LARGEST as u64)?)?;
        let picture = |name: String| {
            let path = folder.join(name);
            picture(&path, read(&path, LOGO)?)
        };
        Ok(Template { logo: logo.map(picture).transpose()?, ..template })
    }

    /// Reads a template from its parts: the bytes of `firm.yaml`, and those of the logo by the name it has there.
    ///
    /// # Errors
    /// [`TemplateError`]
    pub fn read(firm: &[u8], logo: impl FnOnce(&str) -> Option<Vec<u8>>) -> Result<Template, TemplateError> {
        let path = Path::new("firm.yaml");
        if firm.len() > LARGEST {
            return Err(TemplateError::Large { path: path.to_owned(), most: LARGEST as u64 });
        }
        let (template, name) = parsed(path, firm.to_vec())?;
        let Some(name) = name else { return Ok(template) };
        let path = PathBuf::from(&name);
        let bytes = logo(&name).ok_or_else(|| TemplateError::Picture {
            path: path.clone(),
            why: "there is no such file beside `firm.yaml`".to_owned(),
        })?;
        if bytes.len() as u64 > LOGO {
            return Err(TemplateError::Large { path, most: LOGO });
        }
        Ok(Template { logo: Some(picture(&path, bytes)?), ..template })
    }
}

/// The template of a text, and the name of its logo.
fn parsed(path: &Path, bytes: Vec<u8>) -> Result<(Template, Option<String>), TemplateError> {
    let text = String::from_utf8(bytes).map_err(|_| TemplateError::Encoding(path.to_owned()))?;
    let mut sources = Sources::default();
    let file = sources.add(&path.display().to_string());
    let limits = Limits { bytes: LARGEST, depth: 8, nodes: 2_000 };
    let mut reader = Reader { problems: Diagnostics::default(), logo: None };
    let template = match parse(&text, file, limits) {
        Ok(node) => reader.template(&node),
        Err(problem) => {
            reader.problems.push(problem);
            Template::default()
        }
    };
    if reader.problems.has_errors() {
        return Err(TemplateError::Mistakes { problems: reader.problems, sources });
    }
    Ok((template, reader.logo))
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, TemplateError> {
    let failed = |cause| TemplateError::Io { path: path.to_owned(), cause };
    let mut bytes = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(TemplateError::Large { path: path.to_owned(), most });
    }
    Ok(bytes)
}

fn picture(path: &Path, bytes: Vec<u8>) -> Result<Logo, TemplateError> {
    let wrong = |why: String| TemplateError::Picture { path: path.to_owned(), why };
    let kind = match imagesize::image_type(&bytes) {
        Ok(imagesize::ImageType::Png) => "png",
        Ok(imagesize::ImageType::Jpeg) => "jpeg",
        Ok(other) => return Err(wrong(format!("it is {other:?}"))),
        Err(cause) => return Err(wrong(cause.to_string())),
    };
    let size = imagesize::blob_size(&bytes).map_err(|cause| wrong(cause.to_string()))?;
    let fits = |side: usize| (1..=PIXELS).contains(&side);
    if !fits(size.width) || !fits(size.height) {
        return Err(wrong(format!("it measures {} by {} pixels", size.width, size.height)));
    }
    Ok(Logo { bytes, kind, size: (size.width, size.height) })
}

struct Reader {
    problems: Diagnostics,
    logo: Option<String>,
}

const KEYS: [&str; 9] =
    ["firm", "contact", "logo", "accent", "fonts", "declarations", "method", "reliance", "signatures"];
const FONTS: [&str; 6] = ["title", "heading", "subheading", "body", "latin", "code"];

impl Reader {
    fn template(&mut self, node: &Node) -> Template {
        let mut template = Template::default();
        self.keys(node, &KEYS);
        let text = |reader: &mut Reader, key: &str| node.get(key).map(|one| reader.text(one)).unwrap_or_default();
        template.firm = text(self, "firm");
        template.contact = text(self, "contact");
        template.method = text(self, "method");
        template.reliance = text(self, "reliance");
        template.declarations = self.texts(node.get("declarations"));
        template.signatures = self.texts(node.get("signatures"));
        if let Some(accent) = node.get("accent") {
            template.accent = self.colour(accent).unwrap_or(template.accent);
        }
        if let Some(logo) = node.get("logo") {
            self.logo = self.inside(logo);
        }
        if let Some(fonts) = node.get("fonts") {
            self.keys(fonts, &FONTS);
            let held = &mut template.fonts;
            let slots = [
                &mut held.title,
                &mut held.heading,
                &mut held.subheading,
                &mut held.body,
                &mut held.latin,
                &mut held.code,
            ];
            for (key, slot) in FONTS.into_iter().zip(slots) {
                if let Some(name) = fonts.get(key).and_then(|one| self.font(one)) {
                    *slot = name;
                }
            }
        }
        template
    }

    fn keys(&mut self, node: &Node, valid: &[&str]) {
        for (key, _) in node.entries() {
            if !valid.contains(&key.name.as_str()) {
                let (zh, en) = (format!("不认识的键 `{}`", key.name), format!("unknown key `{}`", key.name));
                self.problems.push(Diagnostic::error(key.at, zh, en).near(&key.name, valid.iter().copied()));
            }
        }
    }

    fn wrong(&mut self, node: &Node, zh: &str, en: &str) {
        let (zh, en) = (format!("{zh}，而不是 `{}`", node.show()), format!("{en}, not `{}`", node.show()));
        self.problems.push(Diagnostic::error(node.at, zh, en));
    }

    /// A text for both languages, or one for each.
    fn text(&mut self, node: &Node) -> Text {
        let text = match node.text() {
            Some(one) => Text::new(one.trim(), one.trim()),
            None => {
                self.keys(node, &["zh", "en"]);
                let part = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
                Text { zh: part("zh"), en: part("en") }
            }
        };
        if text.zh.is_empty() || text.en.is_empty() {
            self.wrong(node, "应为一段文字，或者 zh、en 两段", "expected a text, or `zh` and `en`");
        }
        if text.zh.chars().count().max(text.en.chars().count()) > LONGEST {
            let (zh, en) = (format!("文字超过 {LONGEST} 字"), format!("longer than {LONGEST} characters"));
            self.problems.push(Diagnostic::error(node.at, zh, en).hint("删短", "shorten it"));
        }
        text
    }

    fn texts(&mut self, node: Option<&Node>) -> Vec<Text> {
        let Some(node) = node else { return Vec::new() };
        let items = node.items();
        if items.is_empty() || items.len() > 40 {
            self.wrong(node, "应为一至四十项的列表", "expected a list of one to forty texts");
            return Vec::new();
        }
        items.iter().map(|item| self.text(item)).collect()
    }

    fn colour(&mut self, node: &Node) -> Option<String> {
        let text = node.text().unwrap_or_default();
        let hex = text.strip_prefix('#').unwrap_or(text);
        if hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(hex.to_ascii_uppercase());
        }
        self.wrong(node, "颜色应为 \"#RRGGBB\"", "a colour is written \"#RRGGBB\"");
        None
    }

    fn font(&mut self, node: &Node) -> Option<String> {
        let name = node.text().unwrap_or_default().trim();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
        if !name.is_empty() && name.chars().count() <= NAME && name.chars().all(plain) {
            return Some(name.to_owned());
        }
        self.wrong(node, "字体名应由字母、汉字、数字组成", "a font's name is made of letters and digits");
        None
    }

    /// A file of the template's own folder.
    fn inside(&mut self, node: &Node) -> Option<String> {
        let name = node.text().unwrap_or_default();
        let mut parts = Path::new(name).components();
        let single = matches!(parts.next(), Some(std::path::Component::Normal(_))) && parts.next().is_none();
        if single {
            return Some(name.to_owned());
        }
        self.wrong(node, "标志应为本文件夹内的文件名", "the logo must be the name of a file in this folder");
        None
    }
}
