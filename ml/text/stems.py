"""The words of the broad categories. Every one was chosen by us; no published list was copied."""

#: Words in lower case; a star stands for any ending.
STEMS = {
    "i": "i me my mine myself",
    "we": "we us our ours ourselves",
    "you": "you your yours yourself yourselves u ya",
    "she_he": "he him his himself she her hers herself",
    "they": "they them their theirs themselves",
    "it": "it its this that these those itself",
    "someone": "someone somebody anyone anybody everyone everybody everything something anything nobody",
    "negation": "no not never none nothing nobody nor neither nowhere without cannot",
    "article": "a an the",
    "preposition": (
        "of in on at by for with from to into about over under between through during within upon toward towards "
        "among against along across behind beyond despite except near until"
    ),
    "conjunction": "and but or so because although though while if since unless whereas nor yet",
    "auxiliary": (
        "be am is are was were been being have has had do does did can could will would shall should may might must"
    ),
    "quantity": (
        "all many much few some any more most less least lot lots several every each both half enough bunch plenty "
        "couple"
    ),
    "swearing": (
        "shit* fuck* damn* hell ass asshole* crap* bitch* suck* bullshit piss* bastard* dick* goddamn* freaking "
        "frickin* dumbass jerk jerks"
    ),
    "joy": (
        "happy happ* joy* fun funny glad wonder* excit* enjoy* awesome cool great laugh* smil* delight* cheer* "
        "thrill* pleased nice amaz* fantastic perfect* best lol haha* yay relax* content"
    ),
    "love": (
        "love* loving adore* care* caring affection* hug* kiss* cuddl* sweet* dear beloved heart* romantic romance "
        "valentine crush"
    ),
    "gratitude": "thank* grateful bless* appreciat* lucky fortunate* blessing* proud",
    "hope": "hope* hopeful* wish* optimis* look forward dream* aspir* someday",
    "sadness": (
        "sad sad* cry cried crying cries tear tears depress* lonely lonel* alone miss missed missing grief griev* "
        "lost hurt* heartbr* hopeless* miserabl* homesick* sorrow* gloom* unhappy despair* empty disappoint* "
        "regret* sorry"
    ),
    "anxiety": (
        "worr* anxi* nervous* afraid scare* scary scared fear* stress* panic* tense tension uneasy dread* "
        "overwhelm* pressure* insecur* freak freaked paranoi* embarrass* awkward* shy shyness confus* doubt* "
        "struggl* unsure frustrat*"
    ),
    "anger": (
        "angry anger* mad hate* hated hating annoy* upset* irritat* furious rage* piss* fight* fought argue* "
        "arguing argument* stupid idiot* dumb bother* disgust* sick rude mean jealous* hostile blame* yell* "
        "scream* resent* kill* ridiculous"
    ),
    "bad": (
        "bad worse worst awful terrible horrible wrong fail* failure* trouble* problem* difficult* hard pain* "
        "weird crazy boring bored bore suffer* unfortunate* sucks ugly lousy"
    ),
    "tired": "tired tir* exhaust* sleep* asleep nap naps awake yawn* insomnia bed rest drowsy energy",
    "body": (
        "head eye eyes hand hands hair stomach body face leg legs arm arms back skin foot feet neck finger* nose "
        "ear ears tooth teeth mouth itch* blood chest shoulder*"
    ),
    "health": (
        "sick ill illness doctor* medicine* hospital* headache* cold flu ache* allerg* cancer pill* surgery "
        "disease* weight diet fat exercis* workout gym healthy health"
    ),
    "food": (
        "eat* ate food* hungry dinner lunch breakfast cook* pizza drink* coffee coke water chocolate candy cereal "
        "snack* restaurant* taco* burger* cookie* fries sandwich* meal*"
    ),
    "party": (
        "party parties partying drunk drink* beer alcohol frat fraternit* sorority sororit* club clubs bar bars "
        "dance* dancing rush pledge* weekend* date dates dating hang hanging hung social*"
    ),
    "friends": (
        "friend* buddy buddies pal pals roommate* roomie* best girlfriend* boyfriend* ex guy guys girl girls dude* "
        "peers"
    ),
    "family": (
        "mom* dad* mother* father* brother* sister* parent* famil* grandma grandpa grandmother grandfather cousin* "
        "son daughter aunt uncle husband wife kid kids baby niece nephew"
    ),
    "romance": (
        "boyfriend* girlfriend* relationship* date dating marri* marry wedding* engaged husband wife kiss* "
        "attract* flirt* cute hot sexy sex guy boy breakup broke"
    ),
    "talk": (
        "talk* call* phone* said say says tell* told speak* spoke chat* conversation* ask* answer* email* messag* "
        "listen* mention* gossip* discuss*"
    ),
    "meet": (
        "meet* met visit* together join* people group* crowd* everyone introduc* welcome* community team* outgoing "
        "popular*"
    ),
    "work": (
        "work* job* employ* boss career* business* office project* meeting* company profession* intern* resume "
        "interview* salary shift"
    ),
    "school": (
        "class* school* study* studi* test tests exam* homework grade* gpa college* professor* teacher* lecture* "
        "quiz* assignment* paper* calculus chem* biology physics math* course* campus semester major degree "
        "engineer* textbook* university learn*"
    ),
    "achieve": (
        "success* succeed* goal* achiev* accomplish* win wins winning won best better improv* effort* try trying "
        "tried finish* complet* earn* ambit* determin* motivat* compet* overcome"
    ),
    "order": (
        "plan* organi* schedul* list lists clean* laundry neat* tidy prepar* prepared ready early responsib* "
        "disciplin* manag* focus* priorit* punctual* budget* routine"
    ),
    "disorder": (
        "procrastinat* late lazy laziness mess* messy forget* forgot* forgotten skip* skipped lost behind "
        "distract* wast* wasting wasted overslept randomly whatever"
    ),
    "money": (
        "money* pay* paid bill bills buy* bought cost* expens* cheap* cash bank* debt* loan* rich dollar* tuition "
        "scholarship* spend* spent afford* sell*"
    ),
    "religion": (
        "god* church* pray* faith* jesus bible* holy spirit* heaven* hell religio* sin sins worship* lord soul* "
        "bless* preach*"
    ),
    "death": "death* dead die* dying died funeral* suicid* kill* grave* bury buried murder* war",
    "art": (
        "art arts artist* music* poem* poet* paint* novel* sing* song* guitar* piano* draw* drew drawing* film* "
        "theat* band bands beauty creativ* imagin* story stories writer* writing literature concert* album* lyrics "
        "sculpt* photograph* museum* jazz"
    ),
    "ideas": (
        "idea* philosoph* wonder* dream* world* universe* mind* conscious* thought* theory theories concept* "
        "meaning* existence exist* reality truth* human* nature society political politic* question* curious* "
        "explor* abstract* strange* odd bizarre surreal infinite knowledge brain* science intellect* perspective*"
    ),
    "books": "book* read* library libraries author* magazine* newspaper* novel*",
    "travel": (
        "travel* trip* drive* driving drove car cars road* fly* flight* plane* airport* vacation* europe* london "
        "paris bus beach* ocean* country"
    ),
    "nature": (
        "rain* sun* sky tree* weather cloud* wind* flower* moon star stars bird* night* snow* hot cold grass "
        "river* mountain* forest* outside animal* dog dogs cat cats"
    ),
    "sport": (
        "game* football* team* play* win sport* run* basketball* gym race* soccer* baseball* tennis volleyball* "
        "swim* coach* longhorn* athlet* cowboys ou band stadium"
    ),
    "media": (
        "tv television movie* show shows watch* internet computer* online web video* game* radio cd cds icq "
        "messenger aol channel mtv"
    ),
    "home": (
        "home* house* room* dorm* apartment* kitchen bathroom* door* window* bed couch furniture town hometown "
        "houston dallas"
    ),
    "time": (
        "now today day days week weeks minute* hour* time times clock year years month* tonight morning* afternoon "
        "evening monday tuesday wednesday thursday friday saturday sunday second*"
    ),
    "past": (
        "was were had did been ago yesterday used before remember* memor* went came got thought knew felt made "
        "took last once"
    ),
    "present": "is am are now feel* want* need* think* know* guess* right currently going sitting hear* see",
    "future": "will shall tomorrow soon gonna going eventually later future next someday",
    "certain": (
        "always never every definitely completely absolutely totally sure certain* must exactly clearly truly "
        "obviously forever really extremely very so"
    ),
    "tentative": (
        "maybe perhaps guess seem* probably might somehow suppos* kind kinda sort sorta possibly if almost unsure "
        "hopefully usually somewhat apparently"
    ),
    "think": (
        "think* thought know* knew because cause* reason* reali* understand* believ* why decide* decision* "
        "consider* figur* wonder* mean* explain* analyz* compare* question* solve*"
    ),
    "discrepancy": "should would could ought want* need* wish* hope* if lack* must expect* supposed rather",
    "senses": (
        "see* saw seen hear* heard look* feel* felt listen* sound* smell* touch* taste* noise* loud* music light* "
        "dark* watch* color* bright"
    ),
    "filler": (
        "well like oh okay ok yeah um uh hmm hmmm wow anyway anyways so blah ah ha haha ugh hey yes gosh geez man"
    ),
    "intensifier": "really very so too extremely pretty totally super such just absolutely quite incredibly",
    "self_worth": (
        "myself selfish* confiden* ugly worthless* fat proud loser* ashamed guilt* blame* inferior failure* weak "
        "weakness* pathetic unique special strong"
    ),
    "comparison": "than better worse more less most least like as same different similar other another rather",
    "morals": (
        "right wrong should good evil fair* honest* trust* lie lies lying lied respect* kind kindness nice help* "
        "helping helped support* forgiv* sin guilt* moral* promise* generous* loyal* truth*"
    ),
    "causes": "because cause* since therefore thus hence why reason* result* effect* so due",
    "places": "texas austin houston dallas city town here there where place* campus country world state america*",
    "boredom": "bored bore* boring nothing dull typing type* write* writing assignment minutes keyboard finger*",
}
