"""Other words that core systems write above a column: those of usual exports, in Chinese and English, as data.

Signs, blanks and capitals do not matter, nor the differences that `headers.plain_header` evens out: 缴 and 交, 号 and
号码 or 编号, 日 and 日期 or 时间. Where several columns of a file say the same, the first word goes before the others.
A word that may mean two things in one list (缴费日期: due or paid?) is not here: it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, ...]]
"""The name of a column, and other words for it."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PHONE = _words(
    "手机号 手机电话 移动电话 联系手机 联系电话 联系方式 电话 mobile mobile_no mobile_phone cellphone cell "
    "phone_no contact_phone contact_no telephone tel"
)
_PHONE_OF_CUSTOMER = _words(
    "客户手机 客户手机号 投保人手机 投保人手机号 客户电话 投保人电话 客户联系电话 投保人联系电话"
)
_AGENT = _words(
    "服务人员工号 服务人员号 服务业务员工号 服务业务员号 服务业务员 服务代理人号 服务代理人 现服务人员 现业务员 "
    "业务员工号 业务员号 代理人工号 代理人号 营销员工号 营销员号 客户经理工号 客户经理号 收展员工号 收展员号 "
    "servicing_agent_no servicing_agent serving_agent_no serving_agent service_agent agent_id agent_code agent "
    "业务员 代理人 营销员 客户经理 收展员"
)
_POLICY = _words(
    "保险单号 个人保单号 保险合同号 保单合同号 合同号 policy_number policy_id policy contract_no contract_number"
)
_CUSTOMER = _words("客户ID customer_number customer_id cust_no client_no client_number client_id")

_REGION = "服务区域 所属区域 所在区域 片区 地区 area district"

_AGENTS: Words = {
    "agent_no": _words(
        "员工工号 员工号 业务员工号 业务员号 代理人工号 代理人号 营销员工号 营销员号 人员工号 人员号 销售人员工号 "
        "销售人员号 客户经理工号 客户经理号 agent_id agent_code agent_number staff_no employee_no employee_id "
        "producer_code"
    ),
    "name": _words(
        "员工姓名 业务员姓名 代理人姓名 营销员姓名 人员姓名 销售人员姓名 客户经理姓名 名字 业务员 代理人 营销员 "
        "客户经理 agent_name full_name"
    ),
    "team": _words(
        "部组名称 营业部 营业部名称 营业组 营业组名称 部门 部门名称 团队 团队名称 组别 小组 所属团队 所属部门 "
        "所属营业部 业务部 营销部 team_name department unit"
    ),
    "branch": _words(
        "机构名称 所属机构 管理机构 管理机构名称 营业机构 营业单位 分支机构 支公司 支公司名称 中心支公司 中支 "
        "中支公司 分公司 分公司名称 网点 机构号 管理机构号 branch_name office organisation organization"
    ),
    "manager_no": _words(
        "主管号 主管人员工号 直属主管工号 直接主管工号 上级工号 上级主管工号 经理工号 部经理工号 团队长工号 主管 "
        "manager_id manager supervisor_no supervisor_id supervisor leader_no"
    ),
    "phone": _PHONE,
    "joined_on": _words(
        "入职日期 签约日期 上岗日期 加盟日期 join_date joining_date date_joined joined hire_date hired_on"
    ),
    "left_on": _words(
        "离职日期 解约日期 脱落日期 解除合同日期 leaving_date leave_date date_left left termination_date "
        "terminated_on resigned_on"
    ),
    "daily_capacity": _words("日上限 每日任务上限 每日工作量 capacity"),
    "region": _words(f"展业区域 {_REGION}"),
    "languages": _words("语种 掌握语言 会说语言 服务语言 language languages_spoken"),
}

_CUSTOMERS: Words = {
    "customer_no": (*_CUSTOMER, *_words("投保人客户号 投保人号")),
    "name": _words("客户姓名 客户名称 投保人姓名 投保人名称 投保人 名字 customer_name client_name full_name"),
    "gender": _words("客户性别 投保人性别 sex"),
    "birthday": _words(
        "出生日期 出生年月日 客户生日 客户出生日期 投保人生日 投保人出生日期 公历生日 阳历生日 birth_date "
        "birthdate date_of_birth dob born_on"
    ),
    "lunar_birthday": _words("阴历生日 农历出生日期 阴历出生日期 lunar_birth_date"),
    "deceased_on": _words("死亡日期 去世日期 身故 death_date date_of_death died_on"),
    "phone": (*_PHONE, *_PHONE_OF_CUSTOMER),
    "vip": _words("VIP级别 VIP客户等级 贵宾等级 vip_level"),
    "occupation": _words("职业名称 职业描述 profession job"),
    "hobbies": _words("兴趣爱好 兴趣 interests"),
    "family_no": _words("家庭单号 家庭ID family_id household_no household_id"),
    "agent_no": _AGENT,
    "referred_by": _words(
        "转介绍人客户号 转介绍人号 介绍人客户号 介绍人号 推荐人客户号 推荐人号 介绍人 推荐人 referrer_no referrer "
        "referred_by_no"
    ),
    "referred_on": _words("介绍日期 推荐日期 referral_date referred_date"),
    "marketing_consent": _words("同意营销 是否同意营销 营销授权 营销许可 consent marketing_opt_in"),
    "sms_optout": _words(
        "退订短信 是否退订 是否退订短信 拒收短信 短信拒收 是否拒收短信 sms_opt_out optout unsubscribed"
    ),
    "address": _words(
        "通讯地址 通信地址 邮寄地址 投保人地址 投保人通讯地址 投保人联系地址 客户地址 客户联系地址 客户通讯地址 "
        "家庭地址 居住地址 现住址 住址 地址 mailing_address postal_address contact_address home_address"
    ),
    "postcode": _words("邮政编码 联系邮编 通讯邮编 投保人邮编 客户邮编 post_code postal_code zip zip_code"),
    "preferred_days": _words("方便时间 方便拜访日 方便拜访时间 可拜访日 可联系日 preferred_weekdays convenient_days"),
    "quiet_days": _words("勿扰日 免扰日 不便日 不便拜访日 不便时间 免打扰时间 do_not_disturb_days blocked_days"),
    "language": _words("语种 沟通语言 首选语言 常用语言 使用语言 preferred_language"),
    "region": _words(_REGION),
}

_POLICIES: Words = {
    "policy_no": _POLICY,
    "customer_no": _words(
        "投保人号 投保客户号 客户号 客户ID holder_no holder_customer_no policyholder_no owner_no applicant_no "
        "customer_id client_no policyholder 投保人"
    ),
    "insured_customer_no": _words("被保人客户号 被保险人号 被保人号 insured_no insured_id insured 被保险人 被保人"),
    "writing_agent_no": _words(
        "出单人员工号 出单人员号 出单业务员工号 出单业务员号 出单业务员 出单员 签单业务员工号 签单业务员 签单人员 "
        "原业务员工号 原业务员号 原业务员 原代理人 销售人员工号 销售人员号 销售人员 承保业务员 首期业务员 "
        "writing_agent selling_agent_no selling_agent issuing_agent_no issuing_agent original_agent_no "
        "original_agent"
    ),
    "agent_no": _AGENT,
    "product": _words(
        "产品名称 险种名称 主险名称 保险产品 产品简称 产品号 险种号 product_name plan_name plan product_code"
    ),
    "product_kind": _words("险种类别 险种类型 险种大类 产品类型 产品类别 product_type product_category"),
    "sum_assured": _words(
        "基本保额 保险金额 基本保险金额 保障金额 sum_insured face_amount coverage_amount insured_amount"
    ),
    "participating": _words("分红险 是否分红 是否分红险 分红型 is_participating with_profits"),
    "group": _words("是否团险 团单 是否团单 团体险 is_group group_policy"),
    "main_policy_no": _words(
        "主保单号 主险号 主合同号 主险合同号 main_policy base_policy_no base_policy master_policy_no"
    ),
    "issue_date": _words(
        "签单日期 出单日期 签发日期 保单承保日期 核保通过日期 issued_on issue_on issued date_of_issue"
    ),
    "effective_date": _words(
        "保单生效日期 合同生效日期 保险起期 保险起始日期 保单起期 起保日期 effective_on effective start_date "
        "commencement_date inception_date valid_from"
    ),
    "delivered_on": _words("保单送达日期 递送日期 保单递送日期 delivery_date delivered_date delivered"),
    "receipt_on": _words(
        "签收日期 客户签收日期 保单签收日期 回执签收日期 回执签署日期 receipt_date acknowledged_on acknowledgement_date"
    ),
    "mode": _words(
        "缴费频率 缴费频次 缴费类型 缴费周期 缴费形式 缴别 缴费间隔 payment_mode premium_mode payment_frequency "
        "premium_frequency billing_mode frequency"
    ),
    "premium": _words(
        "每期保费 期缴保险费 每期保险费 期保费 保费 保险费 modal_premium instalment_premium installment_premium "
        "premium_amount"
    ),
    "currency": _words("货币 币别 currency_code ccy"),
    "pay_years": _words(
        "缴费年限 缴费期限 缴费期间 缴费期 缴费年数 payment_years payment_term premium_term premium_paying_term "
        "pay_term"
    ),
    "ends_on": _words(
        "保险终期 保险终止日期 保单止期 保障止期 保险期满日期 合同期满日期 满期日期 到期日期 保单到期日期 "
        "终止日期 end_date ends expiry_date expires_on maturity_date valid_to"
    ),
    "channel": _words("销售渠道 渠道名称 业务渠道 sales_channel distribution_channel"),
    "freelook_days": _words("犹豫期 冷静期 冷静期天数 free_look_days freelook cooling_off_days"),
}

_PREMIUMS: Words = {
    "policy_no": _POLICY,
    "instalment": _words(
        "期数 缴费期次 缴费期数 应缴期次 应缴期数 保费期次 第几期 期号 installment instalment_no installment_no"
    ),
    "due_on": _words(
        "应收日期 应缴费日期 应收费日期 缴费对应日期 保费应缴日期 保费应收日期 续期应缴日期 保费到期日期 "
        "缴费到期日期 due due_date date_due premium_due_date payment_due_date"
    ),
    "amount": _words(
        "应收保费 应缴保险费 应收保险费 应缴金额 应收金额 应缴费金额 应缴 应收 期缴保费 保费 amount_due "
        "due_amount premium_due premium_amount billed_amount premium"
    ),
    "paid_on": _words(
        "实收日期 实际缴费日期 实缴费日期 到账日期 到帐日期 保费到账日期 入账日期 入帐日期 收费日期 收款日期 "
        "实收到账日期 已缴日期 paid_date date_paid payment_date payment_on received_on received_date collected_on "
        "collection_date paid"
    ),
    "paid_amount": _words(
        "实收保费 实缴保险费 实收保险费 实缴金额 实收金额 实际缴费金额 实缴费金额 到账金额 到帐金额 已缴保费 "
        "已收保费 已缴金额 收费金额 收款金额 实缴 实收 amount_paid paid_premium premium_paid payment_amount "
        "received_amount amount_received collected_amount"
    ),
    "debit_on": _words("划款日期 代扣日期 转账日期 划扣日期 扣费日期 扣款 debit_date debited_on"),
    "debit_result": _words("划款结果 代扣结果 转账结果 划扣结果 扣费结果 扣款状态 代扣状态 转账状态 debit_status"),
    "failure": _words("扣款失败原因 划款失败原因 代扣失败原因 转账失败原因 失败说明 failure_reason"),
    "next_debit_on": _words("下次划款日期 下次代扣日期 下次转账日期 再次扣款日期 next_debit_date next_debit retry_on"),
}

_EVENT_LIST: Words = {
    "event_no": _words("事件ID 受理号 保全受理号 保全号 批单号 流水号 event_id event_number"),
    "policy_no": _POLICY,
    "customer_no": (*_CUSTOMER, *_words("投保人客户号 投保人号")),
    "kind": _words("事件类型 事件名称 事件类别 保全项目 保全类型 变更类型 类型 event_type event_kind event type"),
    "occurred_on": _words("发生日期 事件日期 保全生效日期 变更日期 event_date occurred_date date"),
    "amount": _words("发生金额 事件金额 变更金额 保全金额 变更后保费 event_amount sum"),
    "detail": _words("事件说明 描述 内容 详情 备注 details description remark remarks note notes"),
}

_REFERRALS: Words = {
    "referrer_no": _words(
        "转介绍人号 介绍人客户号 介绍人号 推荐人客户号 推荐人号 referrer_customer_no referrer_id referrer "
        "转介绍人 介绍人 推荐人"
    ),
    "referred_no": _words(
        "被介绍人号 被转介绍人客户号 被转介绍人号 被推荐人客户号 被推荐人号 准客户号 referred_customer_no "
        "referred_id prospect_no"
    ),
    "referred_name": _words(
        "被介绍人姓名 被转介绍人姓名 被转介绍人 被推荐人姓名 被推荐人 准客户姓名 准客户 客户姓名 姓名 "
        "prospect_name prospect name"
    ),
    "referred_phone": (
        *_words(
            "被介绍人手机 被介绍人手机号 被介绍人电话 被转介绍人手机 被转介绍人电话 被推荐人手机 被推荐人电话 "
            "准客户手机 准客户电话"
        ),
        *_words("phone prospect_phone"),
        *_PHONE,
    ),
    "referred_on": _words("转介绍日期 介绍日期 推荐日期 referral_date referred_date date"),
    "agent_no": _AGENT,
    "stage": _words("当前阶段 跟进阶段 跟进状态 状态 进度 进展 status"),
    "relation": _words("与介绍人关系 与转介绍人关系 与推荐人关系 双方关系 关系类型 relationship"),
}

OTHER_WORDS: Mapping[str, Words] = {
    "agents": _AGENTS,
    "customers": _CUSTOMERS,
    "policies": _POLICIES,
    "premiums": _PREMIUMS,
    "events": _EVENT_LIST,
    "referrals": _REFERRALS,
}
"""For each kind of list, other words for its columns."""
