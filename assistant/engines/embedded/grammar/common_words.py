"""Everyday English words: where one of them stands, no slip of the finger is guessed."""

from __future__ import annotations

_WORDS = """
able about above accept account across actual actually add added adding address afford after afternoon
again against age ago agree ahead airport album alert all allow almost alone along already also although
always amount and another answer any anybody anymore anyone anything anyway apart apple apply approve
april area aren't around arrive arrived article aside asked asking asleep august aunt autumn away baby
back bacon badly bagel bake baked baker bakery baking balance ball band bank banks barely base basic basis
basket bath bathroom battery beach bean bear beat because become bedroom been beer before began begin
beginning behind being believe bell belong below bench bend beside best better between beyond bicycle
biking bill bills bird birthday biscuit bite black blame blank block blood blow blue board boat body boil
bond bone book booked booking books boot booth border bored boring born borrow borrowed both bother bottle
bottom bought bowl boxes brake brakes branch brand brave bread break breakfast breath brick bridge brief
bright bring broke broken brother brought brown brush buck bucks budget budgets build building built bunch
burger burn burst bush business busy butcher butter button buying buyer cabin cable cafe cake calendar
called caller calling came camera camp camping cancel candle canoe can't card care career careful cars
carry case cash castle catch caught cause center central centre cents certain chain chair chance change
changed changing channel chapter charge charged cheap check checked checking cheers cheese chemist cheque
cherry chest chicken chief child children chips chocolate choice choose christmas church circle city claim
class clean cleaned cleaner cleaning clear clever climb climbing clinic clock close closed closer clothes
cloud club coach coast coat coffee coins cold collect college color colour come comes coming comment
common company compare complete computer concert connect consider contact contract control cook cooked
cookie cooking cool copy corner correct cost costs couch cough could couldn't count country couple course
court cousin cover covered crazy cream create credit cried crisps cross crowd cruise cupboard current
curry curtain customer cutting cycle cycling daily damage damn dance dancing danger dark data date
daughter days dead deal dealt dear death debit debt december decide deck deep deeply degree delay delete
deliver delivery dentist depend deposit depth describe desk dessert detail detour device diary didn't died
diesel diet different difficult dinner direct dirty discount discuss dish distance diving doctor does
doesn't dog dollar dollars done don't door double doubt down dozen draft drain draw drawn dream dress
dried drink drinking drinks drive driven driver drives driving drop dropped drove dry during dust duty
each ear early earn earned earth east easter easy eaten eating edge effort eggs eight either electric
eleven else email empty end ended ending energy engine enjoy enough enter entire entry envelope equal
error escape especially euros even evening event events ever every everybody everyday everyone everything
everywhere exact exactly exam example except excited excuse exercise expect expense expenses expensive
explain extra eyes face fact fail failed fair fall fallen false family famous fancy fare farm fast father
fault favor favorite favour favourite fear february feed feel feeling feels feet fell fellow felt fence
ferry fever fewer field fifteen fifth fifty fight fighting figure file fill filled filler filling film
filter final finally find finding fine finger finish finished fire firm first fish fishing fitness fitting
five fixed flat flavour flew flight flights floor florist flour flower flowers flown flying folder follow
following food foot football force forest forever forget forgot fork form former forty forward found four
fourth frame free freezer fresh friday fridge fried friend friends from front frost frozen fruit fuel full
fully fun fund funds funny further future gain game games garage garden gas gather gave general gentle
gets getting giant gift gifts giving glad glass glasses goal goals goes going gold golf gone good goods
grade grand grass gravel great green grew grey grill grocer grocery ground group groups grow growing grown
guess guest guests guide guitar gutter habit habits hair half hall hand handle hands hang happen happened
happy hard hardly hasn't hated hats have haven't having hazard head headed heading health hear heard heart
heat heavy hedge height held hello help helped helper hence here herself hidden hide hides higher highest
hiker hill himself hire hired hiring hiked hitting hobby hold holder holding hole holiday holidays home
honest honey hope hoped hoping horse hospital host hosting hotel hotels hour hours house household housing
however huge human hundred hung hungry hunt hunting hurry hurt husband ideal idea image imagine important
improve inch include income indeed indoor inform insert inside instead insurance intend interest into
invite invited invoice involve iron island isn't issue item items itself jacket jam january jeans jelly
jersey job jogging join joined joke journal journey juice july jumped june junior just keen keep keeper
keeping kept kettle keys kick kids killed kind kinda king kitchen knee knew knife knock know known lady
lake lamb lamp land lane language large last late lately later latest laugh laundry lawn lawyer layer
laying lazy lead leader leaf league leak learn learned least leather leave leaves leaving left legal lemon
lend length less lesson lessons letter letters level library license lid lift light lights like liked
likely limit line lines link list listed listen litre litres little live lived lively lives living load
loaf loan loans local lock log logged logging long longer look looked looking loose lord lose losing loss
lost lots loud love loved lovely lower luck lucky luggage lunch lunches machine made magazine magic mail
main make maker makes making manage manager many map march mark market marks marriage married mask match
matches mate matter maximum maybe meal meals mean meaning means meant measure meat medical medicine medium
meet meeting meets member memory mental mention menu message messages metal meter metre middle midnight
might mild mile miles milk million mind mine minimum minor minute minutes mirror miss missed missing
mistake mixed mobile model modern moment monday money month monthly months mood moon more morning mortgage
most mostly mother motion motor mount mountain mouse mouth move moved movie movies moving much mud muffin
multiple muscle museum music must myself nail name named names narrow nasty nation nature near nearby
nearly neat neck need needed needs neighbour neither nerve never news next nice niece night nights nine
nobody noise none noon normal north nose note noted notes nothing notice november nowhere number nurse
nursery object obvious october odd offer office often okay older once onion online only open opened
opening option orange order ordered orders other others ought ourselves outdoor outside oven over owed
owes owing owned owner pack package packed packing page pages paid pain paint painting pair pants paper
parcel parent parents park parked parking part parts party pass passed past pasta paste patch path pattern
pause paying payment payments peace pencil penny people pepper perfect perhaps period person personal
petrol phone photo photos piano pick picked picking picnic picture piece pilates pillow pink pint pipe
pizza place placed places plain plan plane planned planning plans plant plants plastic plate play played
player playing please plenty plug plumber plus pocket point points police pool poor popular pork post
posted poster posting pot potato potatoes pound pounds pour power practice prefer prepare present press
pretty price prices pride prime print printer private prize probably problem process produce product
program project promise proper protect proud prove public pull pulled pump punch pupil puppy purchase pure
purple purpose push pushed puts putting quarter queen question queue quick quickly quiet quit quite race
racing radio rail rain rainy raise raised ran range rather reach reached read reader reading ready real
really reason rebate receipt receive recent recipe record recover red reduce refund refuse regard register
regret regular related relax remain remember remind reminder reminders remove rent rental rented renting
rents repair repairs repeat replace reply report request rescue rest result return returned reward rice
rich ride rider rides riding right ring rings rise risk river road roads robe rock role roll roof room
rooms rope rose roses rough round route routine rows royal rubber rubbish rugby ruin rule rules running
runs rush sack sadly safe safely safety said sail salad salary sale sales salmon salon salt same sand
sandwich sat saturday sauce sausage save saved saving savings saw says scale scarf scary scene school
science scoop score scrap screen screw season seat seats second secret section secure seed seeing seem
seemed seen self sell seller selling send sending sense sent separate september serious serve service
services session sessions set sets setting settings settle seven several shade shake shall shape share
shared sharp shave she'd shed sheep sheet shelf shell she's shift shine ship shirt shirts shock shoe shoes
shook shoot shop shopped shopping shops short shorts should shout show showed shower shown shows sick side
sides sign signed silly silver simple since single sink sister sit site sitting six size skate skill skin
skip sleep sleeping sleeve slept slice slide slight slip slow slowly small smart smell smile smoke smooth
snack snacks snow soap soccer social sock socks sofa soft sold solve some somebody someone something
sometime sometimes somewhere song soon sore sorry sort sound soup south space spare speak special speed
spell spend spending spent spice spin split spoke spoon sport sports spot spread spring square staff stage
stairs stamp stand start started starting state station statement stay stayed steak steal steel step steps
stick still stitch stock stole stone stood stop stopped store stored stores storm story straight strange
straw stream street stress stretch strict string strip strong stuck student studio study stuff stupid
style subject such sudden suddenly sugar suggest suit suite summer sunday sunny super supper supply
support suppose sure surely surf surface surgery surprise swap sweet swim swimming switch table take taken
takes taking talk talked talking tall tank tape target task tasks taste taught taxes taxi taxis teach
teacher team teams tear teeth tell telling ten tennis tenth term terms test tested text thank thanks that
that's their them then there these they they're thick thin thing things think thinking third thirty this
those though thought thousand thread three threw through throw thrown thumb thursday ticket tickets tidy
tight till timber time times tiny tired title toast today together toilet toll tolls tomato tomorrow
tonight took tool tools tooth topic total totally touch tough tour toward towards towel tower town toys
track trade trail train trainer training trains transfer transport trash travel treat tree trees trial
trick tried trip trips trouble truck true truly trust truth trying tuesday turn turned turning twelve
twenty twice twins type typed tyre tyres ugly umbrella uncle under unit unless unpaid until update upset
upstairs urgent used useful user uses using usual usually vacation valley value van vans vehicle very
video view village visit visited visitor visits voice volume wage wages wait waited waiter waiting wake
walk walked walking wall wallet want wanted wants warm warn wash washed washing wasn't waste watch watched
watching water wave ways weak wear weather website wedding wednesday week weekend weekly weeks weigh
weight welcome well went were weren't west what whatever what's wheel wheels when where whether which
while white who's whole whose wide wife wild will wind window windows wine wing winner winter wipe wire
wise wish with within without woke woman women won't wonder wood wooden wool word words wore work worked
worker working works world worn worry worse worst worth would wouldn't wrap write writing written wrong
wrote yard yeah year yearly years yellow yesterday yoga yogurt you'd you're young your yours yourself
youth zone
"""

COMMON_WORDS = frozenset(_WORDS.split())
