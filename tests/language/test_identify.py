"""Which language a comment is in: by script, by common words, by n-grams, by its thread."""

import numpy as np
import pyarrow as pa
import pytest

from moderation.language.identify import languages


def found(*texts, bounds=None):
    return languages(pa.array(texts), None if bounds is None else np.array(bounds)).to_pylist()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I have read this twice now and I still think that you are wrong about it."),
        ("de", "Ich habe das jetzt zweimal gelesen und finde immer noch, dass es falsch ist."),
        ("fr", "Je ne comprends pas pourquoi tout le monde en parle depuis hier soir."),
        ("es", "No entiendo por qué nadie dijo nada cuando todavía había tiempo."),
        ("pt", "Não entendo por que ninguém falou nada quando ainda havia tempo."),
        ("it", "Non capisco perché nessuno abbia detto niente quando c'era ancora tempo."),
        ("nl", "Ik begrijp niet waarom niemand iets gezegd heeft toen het nog kon."),
        ("pl", "Nie rozumiem, dlaczego nikt nic nie powiedział, kiedy był jeszcze czas."),
        ("cs", "Nechápu, proč nikdo nic neřekl, když na to byl ještě čas."),
        ("da", "Jeg forstår ikke, hvorfor ingen sagde noget, mens der stadig var tid."),
        ("fi", "En ymmärrä, miksi kukaan ei sanonut mitään silloin kun vielä oli aikaa."),
        ("tr", "Hâlâ vakit varken neden kimsenin bir şey söylemediğini anlamıyorum."),
        ("ro", "Nu înțeleg de ce nimeni nu a spus nimic când mai era timp."),
        ("hu", "Nem értem, miért nem szólt senki semmit, amikor még volt rá idő."),
        ("vi", "Tôi không hiểu tại sao không ai nói gì khi vẫn còn thời gian."),
        ("id", "Saya tidak mengerti kenapa tidak ada yang bicara waktu masih sempat."),
        ("ru", "Не понимаю, почему никто ничего не сказал, пока ещё было время."),
        ("uk", "Не розумію, чому ніхто нічого не сказав, поки ще був час."),
        ("bg", "Не разбирам защо никой нищо не каза, докато още имаше време."),
        ("ar", "لا أفهم لماذا لم يقل أحد شيئا عندما كان هناك وقت"),
        ("fa", "نمی‌فهمم چرا وقتی هنوز وقت بود هیچ‌کس چیزی نگفت"),
        ("hi", "मुझे समझ नहीं आता कि जब समय था तब किसी ने कुछ क्यों नहीं कहा।"),
        ("he", "אני לא מבין למה אף אחד לא אמר כלום כשעוד היה זמן"),
        ("el", "Δεν καταλαβαίνω γιατί κανείς δεν είπε τίποτα όσο υπήρχε χρόνος."),
        ("th", "ฉันไม่เข้าใจว่าทำไมไม่มีใครพูดอะไรตอนที่ยังมีเวลา"),
        ("ja", "まだ時間があったのに、なぜ誰も何も言わなかったのか分からない。"),
        ("zh", "我不明白为什么还有时间的时候没有人说话。"),
        ("ko", "아직 시간이 있을 때 왜 아무도 말하지 않았는지 모르겠다."),
        ("ur-Latn", "yaar ye log kabhi nahi sudhrenge kya karein ab bolo zara"),
    ],
)
def test_a_sentence_is_in_its_language(language, text):
    assert found(text) == [language]


@pytest.mark.parametrize(
    "text",
    [
        "lol",
        "Nice!",
        "Bravo",
        "Amen",
        "No.",
        "Ciao bella",
        "wow",
        "Haha",
        "first",
        "+1",
        "Via Roma",
    ],
)
def test_a_word_of_english_is_not_taken_for_another_language(text):
    assert found(text)[0] in {"en", None}


@pytest.mark.parametrize("text", ["", "   ", "12345", "😂😂😂", "https://example.org/abc", "!!!"])
def test_what_has_no_words_is_in_no_language(text):
    assert found(text) == [None]


@pytest.mark.parametrize(
    "text", ["fhwfqdibohfs22:, http://www.gpggsluvcc.com/ uwundaqojh", "ymdljdibohfs, vjcwgeuxiw"]
)
def test_gibberish_is_in_no_language(text):
    assert found(text) == [None]


def test_names_links_and_tags_are_not_of_the_language():
    names = " ".join(f"@mastermike{k} @troll_anna @SpadeCarrier" for k in range(10))
    assert found(f"{names} Gib ihm noch die Quelle, sonst wird er wieder beleidigend.") == ["de"]
    assert found("<b>#ThisIsWhatYouGet</b> https://example.org/abc") == [None]


def test_null_is_in_no_language():
    assert languages(pa.array([None, "Vielen Dank für die ausführliche Antwort!"])).to_pylist() == [
        None,
        "de",
    ]


def test_no_texts_have_no_languages():
    assert languages(pa.array([], pa.string())).to_pylist() == []


def test_two_scripts_are_several_languages():
    assert found("Please read this, мне очень важно, and tell me") == ["mul"]


@pytest.mark.parametrize(
    "text",
    [
        "Of course a Mуslіm cook says that. These people are vеrmіn",  # letters of Cyrillic
        "ＤＡＭＮ ＴＨＩＳ ＣＯＭＭＥＮＴ ＩＳ ＦＡＮＣＹ",
        "T.h.a.n.k.s f.o.r w.a.t.c.h.i.n.g",
        "wanker wanker wanker wanker wanker",
    ],
)
def test_disguised_english_is_no_other_language(text):
    assert found(text)[0] in {"en", "mul", None}


def test_signs_of_other_scripts_adorn_and_say_nothing():
    assert found("۞۩ஜ Subscribe to my channel, please, and thank you ஜ۩۞") == ["en"]


def test_a_short_comment_is_in_the_language_of_its_thread():
    german = ["Das finde ich überhaupt nicht gut, ehrlich gesagt.", "Genau so sehe ich das auch!"]
    english = ["I do not like this at all, to be honest.", "That is what I think as well."]
    texts = [*german, "Na ja", *english, "Well"]
    assert found(*texts, bounds=[0, 3, 6]) == ["de", "de", "de", "en", "en", "en"]


def test_english_in_another_thread_stays_english():
    texts = [
        "Das finde ich überhaupt nicht gut, ehrlich gesagt.",
        "Genau so sehe ich das auch, und zwar schon lange!",
        "You are all idiots and you know it",
    ]
    assert found(*texts, bounds=[0, 3]) == ["de", "de", "en"]


def test_a_slice_of_a_column_is_read_like_a_column():
    column = pa.array(["x", "Das ist doch alles gar nicht wahr!", "Спасибо большое"])
    assert languages(column.slice(1)).to_pylist() == ["de", "ru"]
    assert languages(pa.chunked_array([column, column.slice(1)])).to_pylist()[3:] == ["de", "ru"]


@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/the-best-of-the-web-for-you",
        "www.shop.example/this-is-the-one-and-only",
    ],
)
def test_words_of_a_link_are_of_no_language(text):
    assert found(text) == [None]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Hun skulle have den straf som han kunne have fået"),
        ("da", "Stadig ingen regn vest for Aarhus, men det kommer nok"),
        ("ur-Latn", "shukla ka behavior change hua hai because usko bola gya tha that she is here"),
        (
            "en",
            "This is what I have been saying for years, and you know it: https://a.example/ka-ki",
        ),
    ],
)
def test_a_few_english_words_are_no_english_text(language, text):
    assert found(text) == [language]
