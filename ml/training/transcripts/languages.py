"""An answer of our own in fourteen languages, for eSpeak NG to say; English comes from the mock interviews."""

ANSWERS = {
    "fr": (
        "Je travaille depuis cinq ans dans une petite entreprise de logiciels à Lyon. Au début, je répondais "
        "surtout aux questions des clients, puis on m'a confié un projet plus important. Nous devions "
        "remplacer un ancien système sans interrompre le service. J'ai appris à écouter, à planifier et à "
        "demander de l'aide quand il le fallait. Ce qui me plaît le plus, c'est de voir les gens gagner du "
        "temps grâce à notre travail. L'année dernière, nous avons réduit les erreurs de moitié."
    ),
    "de": (
        "Ich arbeite seit sechs Jahren in der Buchhaltung eines mittelgroßen Betriebs in Bremen. Am Anfang "
        "war vieles neu für mich, aber meine Kollegen haben mir geholfen. Im letzten Winter mussten wir in "
        "kurzer Zeit alle Rechnungen neu prüfen. Ich habe einen Plan gemacht und die Aufgaben verteilt. Am "
        "Ende waren wir eine Woche früher fertig. Dabei habe ich gelernt, dass man Fehler offen ansprechen "
        "sollte. Ich arbeite gern mit anderen Menschen zusammen."
    ),
    "pl": (
        "Pracuję od czterech lat w firmie transportowej w Gdańsku. Na początku odbierałam telefony, a potem "
        "zajęłam się planowaniem tras. Najtrudniejsze było przekonanie kierowców do nowego programu. "
        "Rozmawiałam z każdym osobno i pokazałam, ile czasu można zaoszczędzić. Po trzech miesiącach prawie "
        "wszyscy używali go codziennie. Nauczyłam się, że warto słuchać innych i nie spieszyć się z decyzją. "
        "Lubię pracować w zespole."
    ),
    "es": (
        "Trabajo desde hace siete años en un hotel cerca de Valencia. Empecé en la recepción y ahora dirijo "
        "un equipo de doce personas. El verano pasado tuvimos un problema con las reservas y muchos clientes "
        "estaban enfadados. Hablé con cada uno y buscamos juntos una solución. También cambiamos la forma de "
        "trabajar para que no volviera a pasar. Aprendí que la calma ayuda más que las prisas. Me gusta "
        "mucho tratar con la gente."
    ),
    "it": (
        "Lavoro da tre anni in un negozio di biciclette a Bologna. All'inizio riparavo soltanto le ruote, "
        "poi ho cominciato a seguire i clienti. L'anno scorso abbiamo organizzato un corso per i ragazzi del "
        "quartiere. Non è stato facile trovare il tempo e i soldi, ma ci siamo riusciti. Ho imparato a "
        "dividere il lavoro e a fidarmi degli altri. Mi piace quando una persona torna e ci ringrazia."
    ),
    "nl": (
        "Ik werk al acht jaar bij een bibliotheek in Utrecht. Eerst hielp ik vooral bij de balie, later "
        "mocht ik de avonden voor jongeren organiseren. Vorig jaar kwamen er steeds minder mensen, dus "
        "hebben we een nieuw plan gemaakt. We vroegen bezoekers wat zij misten en pasten het programma aan. "
        "Na een half jaar zat de zaal weer vol. Ik heb geleerd dat goed luisteren het halve werk is."
    ),
    "pt": (
        "Trabalho há cinco anos numa escola perto do Porto. No início dava apenas apoio aos alunos mais "
        "novos, mas depois passei a coordenar as atividades da tarde. No ano passado faltavam professores e "
        "tivemos de reorganizar todos os horários. Falei com os colegas e encontrámos uma solução que servia "
        "a todos. Aprendi que é preciso ter paciência e explicar bem as coisas. Gosto muito de trabalhar com "
        "crianças."
    ),
    "tr": (
        "Altı yıldır İzmir'de bir tekstil firmasında çalışıyorum. Önce depoda başladım, sonra siparişlerden "
        "sorumlu oldum. Geçen yıl büyük bir sipariş son anda değişti ve çok az zamanımız kaldı. Ekibimle "
        "birlikte yeni bir plan yaptık ve işi zamanında bitirdik. Bu süreçte sakin kalmanın önemini "
        "öğrendim. İnsanlarla birlikte çalışmayı çok seviyorum."
    ),
    "ru": (
        "Я работаю пять лет в небольшой компании в Казани. Сначала я отвечала на звонки, потом мне доверили "
        "вести проекты. Прошлой весной нам пришлось за две недели поменять всю систему заказов. Я разделила "
        "работу на части и каждый день проверяла, что уже сделано. Мы закончили вовремя, и клиенты остались "
        "довольны. Я поняла, что важно говорить о трудностях сразу."
    ),
    "ar": (
        "أعمل منذ خمس سنوات في شركة صغيرة في القاهرة. في البداية كنت أجيب على أسئلة العملاء ثم أصبحت مسؤولا "
        "عن مشروع كبير. في العام الماضي واجهنا مشكلة في النظام القديم وكان علينا أن نغيره بسرعة. تحدثت مع كل "
        "زميل ووضعنا خطة جديدة للعمل. تعلمت أن الصبر والاستماع إلى الآخرين من أهم الأشياء. أحب العمل مع "
        "الناس كثيرا."
    ),
    "ur": (
        "میں پانچ سال سے لاہور کی ایک چھوٹی کمپنی میں کام کر رہا ہوں۔ شروع میں میں صرف گاہکوں کے سوالوں کے "
        "جواب دیتا تھا پھر مجھے ایک بڑا کام دیا گیا۔ پچھلے سال ہمیں بہت کم وقت میں پورا نظام بدلنا پڑا۔ میں "
        "نے سب سے بات کی اور کام کو حصوں میں بانٹ دیا۔ میں نے سیکھا کہ دوسروں کی بات سننا بہت ضروری ہے۔ مجھے "
        "لوگوں کے ساتھ کام کرنا پسند ہے۔"
    ),
    "hi": (
        "मैं पाँच साल से पुणे की एक छोटी कंपनी में काम कर रहा हूँ। शुरू में मैं केवल ग्राहकों के सवालों के "
        "जवाब देता था, फिर मुझे एक बड़ा काम मिला। पिछले साल हमें बहुत कम समय में पूरी व्यवस्था बदलनी पड़ी। "
        "मैंने सबसे बात की और काम को हिस्सों में बाँट दिया। मैंने सीखा कि दूसरों की बात सुनना बहुत ज़रूरी "
        "है। मुझे लोगों के साथ काम करना पसंद है।"
    ),
    "cmn": (
        "我在上海的一家小公司工作了五年。刚开始我只负责回答客户的问题，后来公司让我负责一个大项目。去年我们必须在很短的时间里更换"
        "整个系统。我跟每个同事谈话，然后把工作分成几个部分。最后我们按时完成了任务。我学会了耐心地听别人的意见。我很喜欢和别人一起工作。"
    ),
    "vi": (
        "Tôi làm việc năm năm ở một công ty nhỏ tại Đà Nẵng. Lúc đầu tôi chỉ trả lời câu hỏi của khách hàng, "
        "sau đó tôi được giao một dự án lớn. Năm ngoái chúng tôi phải thay đổi cả hệ thống trong thời gian "
        "rất ngắn. Tôi nói chuyện với từng người và chia công việc thành nhiều phần. Tôi học được rằng lắng "
        "nghe người khác rất quan trọng."
    ),
}
