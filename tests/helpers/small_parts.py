"""Parts of a small model for languages in several scripts, from made-up sentences."""

import unicodedata
from dataclasses import replace
from itertools import product

import pandas as pd
from small_model import trained

from moderation.labels.table import label_frame
from moderation.training.language_parts import part_for
from moderation.training.recipe import Recipe, Settings

WORDS = {  # an insult's words, words of praise, and the sentences that they stand in
    "de": (
        ("Trottel", "Dummkopf", "Blödmann", "Vollidiot"),
        ("Beitrag", "Artikel", "Kommentar", "Bericht"),
        (
            "Was für ein {}, das muss man hier wirklich einmal sagen",
            "Nach dem Essen dachte ich sofort: ein {} ohnegleichen",
            "Gestern schrieb meine Nachbarin, so ein {} sei ihr neu",
            "{} bleibt {}, daran ändert auch die Zeitung nichts",
            "Im Fernsehen lief wieder etwas über den {} aus Köln",
            "Wer hat eigentlich diesen {} auf die Seite gestellt?",
        ),
    ),
    "zh": (
        ("傻瓜", "白痴", "笨蛋", "废物"),
        ("文章", "报道", "照片", "意见"),
        (
            "我觉得你写的东西就是一个{}，大家都这样说",
            "昨天晚上在网上看见了这个{}，真没想到",
            "隔壁老王家的{}又来了，请管理员看看",
            "所谓{}，不过如此，没什么好讨论的",
            "从来没有遇到过像这样的{}呢，朋友们",
            "谁能告诉我，为什么每天都有{}在这里出现",
        ),
    ),
    "ar": (
        ("غبي", "حقير", "أحمق", "تافه"),
        ("جميل", "مفيد", "واضح", "رائع"),
        (
            "هذا الكلام الذي كتبته هنا {} جدا يا صديقي",
            "قرأت البارحة ما نشرته الجريدة فوجدته {} فعلا",
            "كل يوم نرى شيئا {} في التعليقات على الموقع",
            "والله أنت {} ولا أحد يقول غير ذلك عنك",
            "جارنا في الحي {} كما تعرفون جميعا منذ سنين",
            "من قال إن المقال {} فقد أصاب في رأيي",
        ),
    ),
    "ko": (
        ("바보", "멍청이", "쓰레기", "찌질이"),
        ("기사", "사진", "의견", "설명"),
        (
            "이 글을 쓴 사람은 정말 대단한 {} 같다고 생각합니다",
            "어제 저녁에 본 {} 때문에 잠을 못 잤어요",
            "우리 동네 {} 이야기는 이제 그만 좀 합시다",
            "{} 하나 보려고 여기까지 들어온 건 아닌데",
            "신문마다 {} 타령이니 읽을 마음이 사라지네",
            "누가 저런 {} 좀 치워 주면 얼마나 좋을까",
        ),
    ),
    "hi": (
        ("मूर्ख", "बेवकूफ", "गधा", "निकम्मा"),
        ("सुंदर", "अच्छा", "उपयोगी", "रोचक"),
        (
            "यह लेख लिखने वाला आदमी बहुत {} है ऐसा मुझे लगता है",
            "कल शाम को पड़ोसी ने बताया कि वह {} निकला",
            "समाचार पत्र में जो छपा था सब {} था भाई",
            "मेरे गाँव में हर कोई {} कहलाना चाहता होगा",
            "तुम जैसा {} मैंने कभी नहीं देखा सच में",
            "क्या सरकार का नया नियम भी इतना {} होगा",
        ),
    ),
    "vi": (
        ("ngu", "khốn", "đần", "hèn"),
        ("hay", "tốt", "đẹp", "giỏi"),
        (
            "Người viết bài này thật là {} quá, tôi nghĩ như vậy đó",
            "Hôm qua hàng xóm kể rằng ông ấy {} lắm",
            "Chưa bao giờ thấy ai {} như thế trên mạng",
            "Báo chí nước mình sao mà {} dữ vậy trời",
            "Các bạn ơi, cái quảng cáo kia {} không chịu được",
            "Dù sao thì kết quả cuối cùng cũng {} cả thôi",
        ),
    ),
}


def sentences(language):
    """Texts and whether they are rude."""
    rude, kind, around = WORDS[language]
    words = [(word, 1) for word in rude] + [(word, 0) for word in kind]
    return [(text.replace("{}", word), answer) for (word, answer), text in product(words, around)]


def rows(language):
    frame = pd.DataFrame(sentences(language), columns=["text", "abuse"])
    return label_frame(frame.assign(source="made up"), language)


def with_small_parts(*languages):
    model = trained()
    settings = Settings(cost=4.0, phrases=False, goal="false positive rate <= 10%")
    recipe = Recipe(default=settings, bits=14, min_df=1)
    parts = {
        name: part_for(
            model, name, rows(name), recipe=recipe, sources=[{"name": "made up"}], threads=1
        )
        for name in languages
    }
    return replace(model, by_language=parts)


def taken_apart(text):
    """Hangul in pieces, and letters before their accents."""
    return unicodedata.normalize("NFD", text)
