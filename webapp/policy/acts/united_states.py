"""The United States: states, and New York City."""

from __future__ import annotations

from datetime import date

from ml.core.messages import N_
from webapp.policy.rules import EMOTION, EVERY, Duty, Modality, Reach, Requirement, Rule, Stop, Unless

_CHECKED = date(2026, 11, 30)

_ILLINOIS = (
    Rule(
        id="us-il-aivia",
        name="Illinois Artificial Intelligence Video Interview Act",
        citation="820 ILCS 42",
        places=("US-IL",),
        in_force=date(2020, 1, 1),
        last_checked=_CHECKED,
        source="https://www.ilga.gov/legislation/ilcs/ilcs3.asp?ActID=4015&ChapterID=68",
        reach=frozenset({Reach.POSITION}),  # "positions based in Illinois"
        requires=(
            Requirement(Duty.NOTICE, N_("Tell the candidate before the interview that AI may analyse the video."), 0),
            Requirement(Duty.EXPLANATION, N_("Explain before the interview how the AI works and what it looks at.")),
            Requirement(Duty.CONSENT, N_("Have the candidate's consent before the interview.")),
            Requirement(Duty.ERASE, N_("Delete the video, copies included, within 30 days of a request."), 30),
            Requirement(
                Duty.ANNUAL_REPORT,
                N_("Report race and ethnicity yearly where AI alone decides who gets an interview in person."),
            ),
        ),
    ),
    Rule(
        id="us-il-bipa",
        name="Illinois Biometric Information Privacy Act",
        citation="740 ILCS 14",
        places=("US-IL",),
        in_force=date(2008, 10, 3),
        last_checked=_CHECKED,
        source="https://www.ilga.gov/legislation/ilcs/ilcs3.asp?ActID=3004&ChapterID=57",
        stops=(
            Stop(
                EMOTION,
                "release_missing",
                N_(
                    "In Illinois, face and voice are analysed only with the candidate's written release "
                    "(740 ILCS 14/15(b)), and there is none. It was not done."
                ),
                Unless.RELEASE,
            ),
        ),
        requires=(
            Requirement(Duty.RELEASE, N_("Have a written release before face or voice is measured.")),
            Requirement(Duty.PUBLIC_SCHEDULE, N_("Publish how long such data is kept and when it is destroyed.")),
            Requirement(
                Duty.DESTROY,
                N_("Destroy it once its purpose is met, and within three years of the last contact at the latest."),
                3,
            ),
        ),
    ),
    Rule(
        id="us-il-hb-3773",
        name="Illinois Human Rights Act, as amended by Public Act 103-0804 (House Bill 3773)",
        citation="775 ILCS 5/2-102(L)",
        places=("US-IL",),
        in_force=date(2026, 1, 1),
        last_checked=_CHECKED,
        source="https://www.ilga.gov/legislation/publicacts/fulltext.asp?Name=103-0804",
        requires=(
            Requirement(Duty.NOTICE, N_("Tell candidates that AI is used in hiring, and for what."), 0),
            Requirement(Duty.RESPONSIBILITY, N_("No use that discriminates, in effect or by postal code.")),
        ),
    ),
)

_NEW_YORK_CITY = Rule(
    id="us-ny-nyc-ll-144",
    name="New York City Local Law 144 of 2021: automated employment decision tools",
    citation="N.Y.C. Admin. Code § 20-870 to 20-874; 6 RCNY § 5-300 to 5-304",
    places=("US-NY-NYC",),
    in_force=date(2023, 7, 5),
    last_checked=_CHECKED,
    source="https://www.nyc.gov/site/dca/about/automated-employment-decision-tools.page",
    stops=(
        Stop(
            EVERY,
            "audit_missing",
            N_(
                "In New York City, answers are analysed only with an independent bias audit made within the last year "
                "(Local Law 144), and there is none. It was not done."
            ),
            Unless.AUDIT,
            365,
            "audit_too_old",
            N_(
                "In New York City, answers are analysed only with an independent bias audit made within the last year "
                "(Local Law 144), and the last one is older. It was not done."
            ),
        ),
        Stop(
            EVERY,
            "notice_too_short",
            N_(
                "In New York City, answers are analysed no earlier than 10 business days after the candidate was told "
                "(Local Law 144). It has not been done yet."
            ),
            Unless.NOTICE,
            10,
        ),
    ),
    requires=(
        Requirement(Duty.AUDIT, N_("Have an independent bias audit no older than one year."), 365),
        Requirement(Duty.PUBLIC_SUMMARY, N_("Publish the audit's summary, its date and the date of first use.")),
        Requirement(Duty.NOTICE, N_("Tell candidates at least 10 business days before the tool is used."), 10),
        Requirement(Duty.OPT_OUT, N_("Say how to ask for another selection process or an accommodation.")),
    ),
)

_CALIFORNIA = (
    Rule(
        id="us-ca-crd",
        name="California Civil Rights Council regulations on automated-decision systems in employment",
        citation="2 CCR §§ 11008–11016 and 11013(c)",
        places=("US-CA",),
        in_force=date(2025, 10, 1),
        last_checked=_CHECKED,
        source="https://calcivilrights.ca.gov/civilrightscouncil/",
        staff=5,  # an employer under Gov. Code § 12926(d)
        requires=(
            Requirement(Duty.RECORDS, N_("Keep applications and the system's data for four years."), 4),
            Requirement(Duty.BIAS_TEST, N_("Test for bias: that one did, and how well, counts in a dispute.")),
        ),
    ),
    Rule(
        id="us-ca-cppa-admt",
        name="California Consumer Privacy Act regulations on automated decision-making technology",
        citation="11 CCR §§ 7150–7157 and 7200–7222",
        places=("US-CA",),
        in_force=date(2027, 1, 1),
        last_checked=_CHECKED,
        source="https://cppa.ca.gov/regulations/ccpa_updates.html",
        requires=(
            Requirement(Duty.NOTICE, N_("Give a notice of its own before the technology is used."), 0),
            Requirement(Duty.OPT_OUT, N_("Let the candidate opt out.")),
            Requirement(Duty.ACCESS, N_("Explain on request how the technology was used for this candidate.")),
            Requirement(Duty.RISK_ASSESSMENT, N_("Make a risk assessment.")),
        ),
    ),
)

_OTHERS = (
    Rule(
        id="us-md-3-717",
        name="Maryland Labor and Employment Article, § 3-717: facial recognition in interviews",
        citation="Md. Code, Lab. & Empl. § 3-717",
        places=("US-MD",),
        in_force=date(2020, 10, 1),
        last_checked=_CHECKED,
        source="https://mgaleg.maryland.gov/mgawebsite/Laws/StatuteText?article=gle&section=3-717",
        stops=(
            Stop(
                (Modality.FACE,),
                "waiver_missing",
                N_(
                    "In Maryland, a face is analysed in an interview only with the candidate's signed waiver "
                    "(Lab. & Empl. § 3-717), and there is none. It was not done."
                ),
                Unless.WAIVER,
            ),
        ),
        requires=(
            Requirement(
                Duty.WAIVER,
                N_("Have a signed waiver: name, date of the interview, consent, and that it was read."),
            ),
        ),
    ),
    Rule(
        id="us-co-sb-26-189",
        name="Colorado Senate Bill 26-189: automated decision-making technology",
        citation="Colo. SB 26-189",
        places=("US-CO",),
        in_force=date(2027, 1, 1),
        last_checked=_CHECKED,
        source="https://leg.colorado.gov/bills/sb26-189",
        requires=(
            Requirement(Duty.NOTICE, N_("Tell candidates before the technology is used."), 0),
            Requirement(Duty.EXPLANATION, N_("Explain an adverse outcome within 30 days."), 30),
            Requirement(Duty.CORRECTION, N_("Let the candidate correct wrong data.")),
            Requirement(Duty.HUMAN_REVIEW, N_("Offer a review by a person.")),
        ),
    ),
    Rule(
        id="us-ct-sb-5-defence",
        name="Connecticut Senate Bill 5: automated tools are no defence",
        citation="Conn. SB 5 (2026), discrimination",
        places=("US-CT",),
        in_force=date(2026, 10, 1),
        last_checked=_CHECKED,
        source="https://www.cga.ct.gov/asp/cgabillstatus/cgabillstatus.asp?selBillType=Bill&bill_num=SB5&which_year=2026",
        requires=(Requirement(Duty.RESPONSIBILITY, N_("That a tool decided is no defence against a claim of bias.")),),
    ),
    Rule(
        id="us-ct-sb-5-notice",
        name="Connecticut Senate Bill 5: notice of automated employment decision tools",
        citation="Conn. SB 5 (2026), notice",
        places=("US-CT",),
        in_force=date(2027, 10, 1),
        last_checked=_CHECKED,
        source="https://www.cga.ct.gov/asp/cgabillstatus/cgabillstatus.asp?selBillType=Bill&bill_num=SB5&which_year=2026",
        requires=(
            Requirement(
                Duty.NOTICE,
                N_("Say in writing before the decision: trade name, data, sources, how assessed, whom to ask."),
                0,
            ),
        ),
    ),
    Rule(
        id="us-nj-13-16",
        name="New Jersey rules pertaining to disparate impact discrimination",
        citation="N.J.A.C. 13:16",
        places=("US-NJ",),
        in_force=date(2025, 12, 15),
        last_checked=_CHECKED,
        source="https://www.njoag.gov/about/divisions-and-offices/division-on-civil-rights-home/",
        requires=(
            Requirement(Duty.BIAS_TEST, N_("Test tools for disparate impact; facial analysis is named.")),
            Requirement(Duty.RESPONSIBILITY, N_("The employer answers for tools that others supply.")),
        ),
    ),
    Rule(
        id="us-tx-cubi",
        name="Texas Capture or Use of Biometric Identifier Act",
        citation="Tex. Bus. & Com. Code § 503.001",
        places=("US-TX",),
        in_force=date(2009, 4, 1),
        last_checked=_CHECKED,
        source="https://statutes.capitol.texas.gov/Docs/BC/htm/BC.503.htm",
        requires=(
            Requirement(Duty.NOTICE, N_("Tell the candidate before face geometry or a voiceprint is captured."), 0),
            Requirement(Duty.CONSENT, N_("Have the candidate's consent.")),
            Requirement(Duty.DESTROY, N_("Destroy it within a year of the end of its purpose."), 1),
        ),
    ),
    Rule(
        id="us-tx-traiga",
        name="Texas Responsible Artificial Intelligence Governance Act",
        citation="Tex. Bus. & Com. Code ch. 552 (House Bill 149)",
        places=("US-TX",),
        in_force=date(2026, 1, 1),
        last_checked=_CHECKED,
        source="https://capitol.texas.gov/BillLookup/History.aspx?LegSess=89R&Bill=HB149",
        requires=(Requirement(Duty.RESPONSIBILITY, N_("No system is used with the intent to discriminate.")),),
    ),
)

RULES = (*_ILLINOIS, _NEW_YORK_CITY, *_CALIFORNIA, *_OTHERS)
