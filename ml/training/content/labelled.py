"""Interview answers written to measure how well content is found, with what a person finds in them.

Each sentence has the STAR part that it tells (S situation, T task, A action, R result, - none of them); each rubric
point the number of the sentence that touches it, or None. ``TUNING`` is what patterns and the threshold were chosen
on; ``HELD_OUT`` was written before and not looked at while choosing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Labelled:
    """An answer's ``sentences`` with their STAR parts, and its ``points`` with the sentence that touches each."""

    sentences: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, int | None], ...]

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return " ".join(sentence for _, sentence in self.sentences)


def _answer(sentences: str, points: str) -> Labelled:
    lines = [line.strip().split(" ", 1) for line in sentences.strip().splitlines()]
    rows = [line.strip().split(" ", 1) for line in points.strip().splitlines()]
    return Labelled(
        tuple((label, text) for label, text in lines),
        tuple((text, None if number == "-" else int(number)) for number, text in rows),
    )


TUNING = (
    _answer(
        """
        S In my last job I was the only nurse on a night ward with twenty patients.
        S One evening two of them got worse at the same time.
        T I had to decide whom to see first and still keep an eye on the others.
        A I checked the breathing of both and called the doctor for the one with low oxygen.
        A Then I asked the care assistant to sit with the second patient and report to me every five minutes.
        R Both were stable by the morning, and the doctor thanked us for the quick call.
        """,
        """
        2 Sets priorities under pressure
        4 Delegates to other staff
        3 Asks for medical help early
        - Writes down what was done in the records
        - Talks to the patient's family
        """,
    ),
    _answer(
        """
        S Two years ago our web shop kept falling over on Friday evenings, when most customers come.
        T My job was to find out why and to fix it before the Christmas season.
        A I added logging to the payment service and looked at the slow database queries.
        A It turned out that one index was missing, so I wrote a migration and tested it on a copy of the data.
        R After that the page loaded in under a second and we had no outage that winter.
        R I learned to measure first and guess later.
        """,
        """
        2 Measures before changing anything
        3 Tests the fix before it goes live
        4 Names a result with a number
        - Mentions security of customer data
        - Works together with other teams
        """,
    ),
    _answer(
        """
        S Um, so last summer I worked in a restaurant kitchen, you know, a small one.
        S A guest told us that her soup had nuts in it and she was allergic.
        A I apologised to her straight away and, uh, I brought the manager to the table.
        A We called an ambulance and I stayed with her until they came.
        R She was fine in the end, and she even came back a month later.
        A After this I made a sheet with all the allergens and put it on the wall.
        """,
        """
        2 Says sorry to the guest
        3 Gets medical help for the person
        5 Changes something so that it does not happen again
        - Offers a refund
        - Knows the legal rules about food labels
        """,
    ),
    _answer(
        """
        - I think that I am a good leader because people like to work with me.
        - I am always friendly and I listen a lot.
        - Leadership means that you inspire others and have a clear vision.
        - I would say that communication is the most important thing.
        """,
        """
        3 Stresses communication
        - Gives an example from real work
        - Describes how a conflict was solved
        1 Listens to other people
        """,
    ),
    _answer(
        """
        S When I started as a teacher there was a boy in my class who never did his homework.
        T I wanted him to pass the final exam in mathematics.
        A So I phoned his parents and we agreed on an hour of practice after school.
        A Every week I gave him a short quiz to show him how far he had come.
        R By June his marks had gone from a five to a two.
        R His mother wrote me a letter that I still keep.
        """,
        """
        2 Involves the parents
        3 Gives regular feedback to the pupil
        4 The student's grades improved
        - Uses digital tools in lessons
        - Asks colleagues for advice
        """,
    ),
    _answer(
        """
        S At the warehouse we were losing about thirty parcels a week.
        T The boss asked me to bring that number down by half.
        A I walked through every shift and noted where parcels were put aside.
        A I suggested a scanner at the second gate and trained the night team to use it.
        R Within two months the losses fell to eight a week.
        """,
        """
        2 Observes the process on the spot
        3 Trains the staff
        4 Shows a measurable improvement
        - Considers the costs of the solution
        - Deals with resistance from the team
        """,
    ),
    _answer(
        """
        S We were five students writing a report together, and one of us never came to the meetings.
        T The deadline was in a week and his chapter was still empty.
        A I met him for coffee and asked what was going on.
        S He told me that his father was ill.
        A We split his chapter among the four of us and gave him the slides instead.
        R In the end we handed everything in on time and got the best mark of the year.
        """,
        """
        2 Talks to the person in private
        4 Redistributes the work fairly
        5 Meets the deadline
        - Tells the supervisor about the problem
        - Reflects on what could have been done earlier
        """,
    ),
    _answer(
        """
        - I would like to learn more about machine learning in my next job.
        - In particular I am interested in models that understand pictures from medicine.
        S At university I took two courses on statistics and one on neural networks.
        - I think your company is a good place for this, since you work with hospitals.
        """,
        """
        0 Wants to learn new things
        2 Has training in statistics
        3 Knows what the company does
        - Has managed people
        - Speaks several languages
        """,
    ),
    _answer(
        """
        S Our biggest customer rang me on a Monday and shouted that the delivery was wrong again.
        A I let him finish and repeated what I had understood.
        T It was my task to keep him as a customer, because he made up a third of our sales.
        A I drove to his plant the same afternoon and counted the boxes with him.
        A We set up a call every Thursday to go through the next week's orders.
        R He signed for another three years.
        """,
        """
        1 Listens actively to the angry customer
        3 Visits the client in person
        5 Keeps the customer for the long term
        - Gives a discount
        - Admits the company's own mistake
        """,
    ),
    _answer(
        """
        S Three years ago I ran the budget of a small museum.
        S The city cut our money by a fifth in the middle of the season.
        T We needed to save forty thousand without closing any exhibition.
        A I compared the contracts for heating and insurance and changed two suppliers.
        A I also wrote to local firms and found three sponsors.
        R We ended the year with a small surplus.
        """,
        """
        3 Saves money on suppliers
        4 Finds new sources of income
        2 Names the size of the problem in figures
        - Discusses the cuts with employees
        - Uses volunteers
        """,
    ),
)

HELD_OUT = (
    _answer(
        """
        S During my training as an electrician we rewired an old school building.
        S The plans were from 1960 and did not match the walls at all.
        T My master asked me to draw new plans of the second floor in three days.
        A I traced every cable with a tester and marked it on the floor with tape.
        A In the evenings I put everything into a drawing program.
        R The inspector accepted the plans without a single correction.
        """,
        """
        3 Works carefully and systematically
        4 Uses computer software for drawings
        5 The work passed inspection
        - Follows safety rules for working with current
        - Explains the work to the customer
        """,
    ),
    _answer(
        """
        S I was working at a call centre for a phone company, uh, about a year ago.
        S There was a lady who had been charged twice, and she was really upset.
        A So I, um, I listened to her for like ten minutes and didn't interrupt.
        A Then I looked at her bill line by line and I found the double charge.
        A I refunded the money and gave her a free month.
        R She gave me five stars in the survey afterwards.
        """,
        """
        2 Lets the caller speak without interrupting
        4 Gives compensation to the customer
        3 Finds the cause of the error
        - Passes the case on to a supervisor
        - Stays calm by using breathing techniques
        """,
    ),
    _answer(
        """
        S In our laboratory the samples were often mixed up, because the labels came off in the freezer.
        T I was responsible for the quality of the results, so I had to stop this.
        A I ordered labels for low temperatures and tried four kinds of pens.
        A Together with the technicians I wrote a one-page instruction.
        R Since then we have had no mix-up in eighteen months.
        R The other department uses our instruction now, too.
        """,
        """
        3 Writes documentation
        4 Reports a lasting result
        2 Tries out several options
        - Calculates the statistical significance
        - Presents the findings at a conference
        """,
    ),
    _answer(
        """
        - My biggest strength is that I never give up.
        - I work hard and I am always on time.
        - My friends say that I am very organised and honest.
        - A weakness is that I find it difficult to say no.
        """,
        """
        3 Names a real weakness
        1 Is punctual
        - Says what is being done about the weakness
        - Gives evidence from work
        """,
    ),
    _answer(
        """
        S Last spring a storm took the roof off our sports hall two weeks before the championship.
        T As chairwoman of the club I needed to find another place for three hundred people.
        A I rang all the schools in the county and made a list of what was free.
        A We moved the event to a tennis hall and I organised buses for the teams.
        R Everything took place as planned, and more spectators came than the year before.
        """,
        """
        2 Contacts many possible partners
        3 Organises transport
        4 The event was a success
        - Raises money for the repair
        - Thinks about insurance
        """,
    ),
    _answer(
        """
        S My team at the bank had to move to a new accounting system.
        S Most of my colleagues were over fifty and afraid of it.
        T My goal was that everybody could close the month alone by March.
        A I sat beside each of them for one morning a week and let them click themselves.
        A I collected their questions and turned them into short videos.
        R In March we closed two days faster than with the old system.
        R What I took away is that patience saves time.
        """,
        """
        3 Teaches colleagues one to one
        4 Produces training material
        5 Says how much faster it became
        - Negotiates with the software vendor
        - Handles confidential data properly
        """,
    ),
    _answer(
        """
        S I once disagreed with my manager about the price of a new product.
        S He wanted forty euros, and I believed that nobody would pay that.
        A Instead of arguing I asked fifty customers in the shop what they would pay.
        A I showed him the answers in a simple chart.
        R He changed his mind and we sold twice as many as planned.
        """,
        """
        2 Collects data to support an opinion
        3 Presents the facts to the boss
        4 Convinces the manager
        - Accepts a decision even when disagreeing
        - Asks human resources to mediate
        """,
    ),
    _answer(
        """
        - I want to work here because the farm sells straight to people in the town.
        S I grew up with cows and helped my uncle every summer.
        - What I want to learn is how to keep soil healthy without chemicals.
        - Also I would like to understand the business side, like prices and taxes.
        """,
        """
        1 Has experience with animals
        2 Is interested in organic farming
        3 Wants to understand the finances
        - Has a driving licence for tractors
        - Wants to lead a team
        """,
    ),
    _answer(
        """
        S A driver in our company had an accident and could not work for two months.
        T We had to cover his route with no money for a replacement.
        A I planned the tours anew and took over two mornings a week myself.
        A I promised the others an extra day off and kept that promise.
        R No customer got a late delivery, and he came back in May.
        """,
        """
        2 Takes on work personally
        3 Rewards colleagues for extra effort
        4 Customers were not affected
        - Keeps in touch with the sick employee
        - Improves safety on the road
        """,
    ),
    _answer(
        """
        S When I was an intern at a newspaper I published a wrong name under a photograph.
        A I noticed it myself, told the editor at once and phoned the man to apologise.
        A We printed a correction the next day.
        R He was not angry, and the editor said that he trusted me more than before.
        R Since that day I check every name twice.
        """,
        """
        1 Owns up to the mistake
        2 Corrects the error publicly
        4 Draws a lesson for the future
        - Blames nobody else
        - Works well under time pressure
        """,
    ),
)
