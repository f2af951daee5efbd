//! Actions, roles, and the table that joins them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::Text;

/// What a person is in one assessment. One person has one role in an assessment, so that nobody reviews their own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 项目负责人
    Lead,
    /// 评估员
    Assessor,
    /// 技术专家
    Expert,
    /// 复核人
    Reviewer,
    /// 评估委托方
    Client,
    /// 被评估方
    Assessee,
    /// 观察员
    Observer,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 7] =
        [Role::Lead, Role::Assessor, Role::Expert, Role::Reviewer, Role::Client, Role::Assessee, Role::Observer];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Role::Lead => "lead",
            Role::Assessor => "assessor",
            Role::Expert => "expert",
            Role::Reviewer => "reviewer",
            Role::Client => "client",
            Role::Assessee => "assessee",
            Role::Observer => "observer",
        }
    }

    /// Reads [`Role::word`].
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Role::Lead => Text::new("项目负责人", "lead"),
            Role::Assessor => Text::new("评估员", "assessor"),
            Role::Expert => Text::new("技术专家", "technical expert"),
            Role::Reviewer => Text::new("复核人", "reviewer"),
            Role::Client => Text::new("评估委托方", "client"),
            Role::Assessee => Text::new("被评估方", "assessee"),
            Role::Observer => Text::new("观察员", "observer"),
        }
    }
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read.
    Read,
    /// Change what people work on.
    Write,
    /// Members, accounts, review and sign-off.
    Manage,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Manage];

    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Manage => "manage",
        }
    }
}

/// Who may do something, apart from roles in an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Anybody, signed in or not.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever is signed in by a session: no token, however wide, makes or changes credentials.
    InPerson,
    /// People of the house, not guests.
    Staff,
    /// Administrators of the organisation.
    Admin,
    /// Members with one of these roles; administrators too where the flag is set.
    Member(&'static [Role], bool),
}

use Role::{Assessee, Assessor, Client, Expert, Lead, Observer, Reviewer};

/// Everybody in the assessment.
const ALL: &[Role] = &Role::ALL;
/// Those who see the working papers.
const TEAM: &[Role] = &[Lead, Assessor, Expert, Reviewer, Observer];
/// Those who write working papers.
const WRITERS: &[Role] = &[Lead, Assessor, Expert, Reviewer];
/// Those who decide.
const DECIDERS: &[Role] = &[Lead, Assessor];
/// Those who are asked for facts and evidence; the team answers in their place where it must.
const ASKED: &[Role] = &[Lead, Assessor, Client, Assessee];

macro_rules! actions {
    ($($name:ident $word:literal $zh:literal $en:literal $scope:ident $right:expr;)*) => {
        /// Everything a person can ask for. Each route carries exactly one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Action {
            $(#[doc = $zh] $name,)*
        }

        impl Action {
            /// All actions.
            pub const ALL: &[Action] = &[$(Action::$name),*];

            /// The word used in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Action::$name => $word,)* }
            }

            /// The words for people.
            pub fn label(self) -> Text {
                match self { $(Action::$name => Text::new($zh, $en),)* }
            }

            /// The scope a token needs for it.
            pub fn scope(self) -> Scope {
                match self { $(Action::$name => Scope::$scope,)* }
            }

            /// Who may.
            pub fn right(self) -> Right {
                match self { $(Action::$name => $right,)* }
            }
        }

        /// The table of rights, in the order declared.
        pub const TABLE: &[(Action, Right)] = &[$((Action::$name, $right)),*];
    };
}

actions! {
    // Without an assessment.
    Enter "enter" "访问公开页面" "open a public page" Read Right::Anyone;
    Home "home" "查看自己的账户和评估" "see one's own account and assessments" Read Right::SignedIn;
    Access "access" "查看自己的登录和令牌" "see one's own sessions and tokens" Read Right::SignedIn;
    Account "account" "更改自己的账户、密码、令牌" "change one's own account, password, tokens" Manage Right::InPerson;
    Create "create" "新建评估" "create an assessment" Write Right::Staff;
    People "people" "管理账户和邀请" "manage accounts and invitations" Manage Right::Admin;
    House "house" "查看全机构的操作记录" "see the organisation's trail" Manage Right::Admin;
    // In an assessment.
    See "see" "查看评估概况" "see what the assessment is" Read Right::Member(ALL, true);
    SeeMembers "see-members" "查看成员" "see the members" Read Right::Member(ALL, true);
    Members "members" "管理成员" "manage the members" Manage Right::Member(&[Lead], true);
    Set "set" "更改评估的名称" "change the assessment's title" Write Right::Member(&[Lead], false);
    SeeFindings "see-findings" "查看结论和差距" "see findings and gaps" Read Right::Member(&[Lead, Assessor, Expert, Reviewer, Observer, Client], false);
    SeeFacts "see-facts" "查看台账" "see the inventory" Read Right::Member(TEAM, false);
    EditFacts "edit-facts" "编辑台账，含范围、基准日和期间" "edit the inventory, with scope, day and period" Write Right::Member(DECIDERS, false);
    SeeWork "see-work" "查看工作底稿" "see the working papers" Read Right::Member(TEAM, false);
    Determine "determine" "判定和回答问题" "determine and answer questions" Write Right::Member(DECIDERS, false);
    Note "note" "写备注" "write notes" Write Right::Member(WRITERS, false);
    Assign "assign" "分派条目" "assign leaves" Write Right::Member(DECIDERS, false);
    SeeEvidence "see-evidence" "查看和下载证据" "see and download evidence" Read Right::Member(TEAM, false);
    ViewEvidence "view-evidence" "查看证据；团队以外只看自己提供的" "see evidence; outside the team what one gave oneself" Read Right::Member(ALL, false);
    AddEvidence "add-evidence" "上传证据" "add evidence" Write Right::Member(&[Lead, Assessor, Expert, Client, Assessee], false);
    EditEvidence "edit-evidence" "编辑证据的说明和关联" "edit what is said of evidence and its links" Write Right::Member(&[Lead, Assessor, Expert], false);
    SeeRequests "see-requests" "查看全部资料请求" "see all requests" Read Right::Member(TEAM, false);
    Requests "requests" "提出和管理资料请求" "make and manage requests" Write Right::Member(DECIDERS, false);
    SeeAsked "see-asked" "查看向自己提出的请求" "see what one is asked for" Read Right::Member(ASKED, false);
    Answer "answer" "答复资料请求" "answer a request" Write Right::Member(ASKED, false);
    Gaps "gaps" "处置差距" "handle gaps" Write Right::Member(DECIDERS, false);
    AcceptRisk "accept-risk" "接受风险" "accept a risk" Write Right::Member(&[Client], false);
    SeeJobs "see-jobs" "查看核验任务" "see jobs" Read Right::Member(TEAM, false);
    Jobs "jobs" "运行核验任务" "run jobs" Write Right::Member(DECIDERS, false);
    Submit "submit" "提交复核、签发、开启修订" "submit for review, sign, open a revision" Manage Right::Member(&[Lead], false);
    Review "review" "复核：退回或批准" "review: return or approve" Manage Right::Member(&[Reviewer], false);
    Export "export" "导出卷宗、底稿和意见书" "export dossier, working papers and opinion" Read Right::Member(&[Lead, Assessor, Reviewer], false);
    SeeSigned "see-signed" "查看已签发的意见书" "see the signed opinion" Read Right::Member(&[Lead, Assessor, Expert, Reviewer, Client, Observer], false);
    SeeTrail "see-trail" "查看操作记录" "see the trail" Read Right::Member(&[Lead, Reviewer], false);
}

impl Action {
    /// Reads [`Action::word`].
    pub fn parse(word: &str) -> Option<Action> {
        Action::ALL.iter().copied().find(|action| action.word() == word)
    }

    /// True for what a review or a signature freezes: not allowed while one stands, whatever the role.
    pub fn changes_content(self) -> bool {
        use Action::{AcceptRisk, AddEvidence, Answer, Determine, EditEvidence, EditFacts, Gaps, Set};
        matches!(self, Set | EditFacts | Determine | AddEvidence | EditEvidence | Answer | Gaps | AcceptRisk)
    }

    /// True for actions that concern one assessment.
    pub fn in_assessment(self) -> bool {
        matches!(self.right(), Right::Member(..))
    }
}
