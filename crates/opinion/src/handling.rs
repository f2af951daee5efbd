//! How the standard would have gaps handled, clause by clause (5.2.2, 5.3.1, 5.3.4, 5.4.2, 5.4.3, 5.5.1, 5.5.3, 5.6.1, 5.6.2,
//! 5.6.3, 5.7.2, 5.9, 5.11.2, 6.2.4), in our own words. The innermost clause that holds a gap speaks.

use zhunsheng_source::Text;

/// Clause and what is to be said where it holds gaps.
pub fn handling() -> Vec<(&'static str, Text)> {
    vec![
        (
            "5.2.2",
            Text::new(
                "合法性基础不成立或者不能确定的，合法维度的结论为不符合。被评估方可以重新识别合法性基础并由评估员再行判断；仍无一项成立的，相关处理很可能已经违法，应由评估员与委托方商定是否终止评估。事后补正不能使补正以前的处理变为合法。",
                "Where no legal basis holds or can be shown, the dimension of lawfulness is not conformant. The assessee may name another basis, which is judged anew; if none holds, the processing is probably unlawful and the assessor settles with the client whether to stop the assessment. Correction afterwards does not make earlier processing lawful.",
            ),
        ),
        (
            "5.2",
            Text::new(
                "合法维度的差距是对强制性规范的偏离，可能引起行政责任；结论受可适用的法的识别是否完整和日后变动的影响。",
                "Gaps in lawfulness depart from mandatory law and may bring administrative liability; the conclusion depends on whether the applicable law was identified completely and on later changes to it.",
            ),
        ),
        (
            "5.3",
            Text::new(
                "目的明确维度的差距应当调整。差距本身不等于违法，是否违法还要看差距的程度、后果，以及有无隐瞒、掩盖、故意或者严重疏忽。能在评估期间调整的，由委托方决定是否接受调整；不能调整的，在此揭示已经存在的风险，由委托方接受风险或者另作处置。",
                "Gaps in purpose specification are to be adjusted. A gap is not in itself a breach; its gravity, its results, and concealment, intent or gross negligence count too. Where it can be adjusted during the assessment, the client decides whether to allow it; otherwise the risk that already exists is disclosed here, for the client to accept or dispose of.",
            ),
        ),
        (
            "5.4.2",
            Text::new(
                "处理超出最小必要范围，通常表明风险较高。超范围处理的事实如实记录；是否调整、删除或者匿名化已处理的信息，由评估员与委托方商定；未调整的，由委托方接受风险或者作其他处置。",
                "Processing beyond what is necessary usually shows high risk. The facts are recorded as found; whether to adjust, delete or anonymise what was processed is settled with the client; what is not adjusted is accepted or otherwise disposed of by the client.",
            ),
        ),
        (
            "5.4.3",
            Text::new(
                "以不兼容的目的作后续处理，很可能已经构成超范围使用，可能引起行政责任；涉及对外提供、转移或者公开的，情节严重时还可能涉及刑事责任。事后更新政策、告知或者取得同意，难以消除此前的风险，因此除调整外还需另作处置：由委托方接受风险，或者由被评估方向监管部门咨询、报告并承诺整改，必要时告知受影响的个人并适当补偿。",
                "Later processing for an incompatible purpose is probably use beyond scope and may bring administrative liability; where information is provided, transferred or disclosed, criminal liability may arise in serious cases. Updating the policy, giving notice or obtaining consent afterwards hardly removes the earlier risk, so more than adjustment is needed: acceptance by the client, or consulting and reporting to the regulator with a promise to mend, and where needed notice to those affected and fair compensation.",
            ),
        ),
        (
            "5.4",
            Text::new(
                "目的限制维度的差距通常表明实际处理超出了已经明示的目的，风险较高，应如实记录并与委托方商定处置。",
                "Gaps in purpose limitation usually show processing beyond the purpose made known. The risk is high; it is recorded as found and its disposition settled with the client.",
            ),
        ),
        (
            "5.5.3",
            Text::new(
                "公开的信息与实际不一致，不必然构成误导、欺诈或者隐瞒，但风险已经显现。这类差距须先行调整，方可出具本意见书；调整以前已经存在的风险仍在此揭示，由委托方接受或者另作处置。",
                "That what is published differs from practice is not necessarily misleading, deceptive or concealing, but the risk has appeared. Such gaps must be adjusted before this opinion can be issued; the risk that existed before is disclosed all the same, for the client to accept or dispose of.",
            ),
        ),
        (
            "5.5",
            Text::new(
                "公开透明维度的差距为所有相关方可见，容易被察觉并带来实质风险，通常能够也应当在评估期间调整。",
                "Gaps in openness are visible to everyone, easily noticed and bring real risk; as a rule they can and should be adjusted during the assessment.",
            ),
        ),
        (
            "5.6.2",
            Text::new(
                "政策告知的差距应通过修改消除。从未作首次告知或者重新告知的，补正以前的风险须由委托方接受。",
                "Gaps in policy notice are removed by correction. Where the first notice or a notice of an update was never given, the risk before correction needs the client's acceptance.",
            ),
        ),
        (
            "5.6.3",
            Text::new(
                "事件告知的差距应当调整消除；调整以前的风险向委托方揭示，由其接受或者另作处置，例如由被评估方就补救办法向监管部门咨询。",
                "Gaps in incident notice are to be adjusted; the risk before adjustment is disclosed to the client, who accepts or disposes of it, for instance by having the assessee consult the regulator on remedies.",
            ),
        ),
        (
            "5.6",
            Text::new(
                "告知维度的差距不必然表明处理违法；差距重大的，可能有违合法或者正当原则，并容易引起纠纷和行政责任。微小的差距可以在评估期间及时调整。",
                "A gap in notice does not necessarily make processing unlawful; a serious one may offend lawfulness or propriety and invites disputes and administrative liability. Small gaps may be adjusted during the assessment.",
            ),
        ),
        (
            "5.7",
            Text::new(
                "选择维度的差距可能使已经取得的同意被认定无效，或者使个人失去退出的途径。应综合自由、具体、知情、明确四个特性评定现有同意的效力，并调整差距。",
                "Gaps in choice may lead to the consent obtained being held invalid, or leave individuals without a way out. The four characteristics of consent (free, specific, informed, clear) together decide its validity, and the gaps are to be adjusted.",
            ),
        ),
        (
            "5.8",
            Text::new(
                "权益保障维度的差距妨碍个人行使法定权利，容易引起投诉、举报和诉讼，应当调整，并补办评估期间未妥善答复的请求。",
                "Gaps in the rights of individuals hinder the exercise of statutory rights and invite complaints and litigation; they are to be adjusted, and requests of the period that were not properly answered made good.",
            ),
        ),
        (
            "5.9",
            Text::new(
                "质量维度尚无统一标准，评估的是措施而不是信息质量的结果；差距在此指出，供委托方考虑。",
                "Quality has no uniform standard yet, and what is assessed are measures, not the quality that results; gaps are pointed out here for the client's consideration.",
            ),
        ),
        (
            "5.10",
            Text::new(
                "安全保护维度的差距使个人信息面临泄露、篡改、丢失的风险；宜由技术专家评定其程度，并优先调整与敏感个人信息有关的部分。",
                "Gaps in security expose personal information to leakage, alteration and loss; technical experts best assess their extent, and what concerns sensitive information should be adjusted first.",
            ),
        ),
        (
            "5.11.2",
            Text::new(
                "现有管理体系没有充分体现个人信息处理的合规目标，在此提示委托方考虑。",
                "The existing management system does not give enough weight to compliance in processing personal information; this is pointed out for the client to consider.",
            ),
        ),
        (
            "5.11",
            Text::new(
                "可问责性维度的差距使被评估方在争议和监管检查中难以举证其已尽责任，应当调整并补齐记录。",
                "Gaps in accountability make it hard for the assessee to prove in a dispute or inspection that it met its duties; they are to be adjusted and the records completed.",
            ),
        ),
        (
            "6.2.4",
            Text::new(
                "收集环节的差距表明存在超范围收集的风险。与明示目的没有直接关系的信息宜删除或者匿名化，并调整收集的类型、数量、频度和方式；要保留的，须调整明示的目的并重新征求同意。已经发生的超范围收集及其可能的行政责任在此揭示，由委托方接受风险或者另作处置。",
                "Gaps in collection show a risk of excessive collection. Information with no direct relation to the purpose made known is best deleted or anonymised, and types, volume, frequency and means adjusted; to keep it, the purpose made known must be changed and consent asked anew. Excess that has occurred, with the administrative liability it may bring, is disclosed here for the client to accept or dispose of.",
            ),
        ),
    ]
}
