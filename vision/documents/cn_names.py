"""What a Chinese resident identity card may say where there are few answers."""

SEXES = frozenset("男女")

# The 56 that GB/T 3304 lists.
ETHNICITIES = frozenset(
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 "
    "高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 "
    "普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 "
    "基诺".split()
)

# Cards are printed in simplified letters; a reader may give the older form of the same one.
SIMPLIFIED = str.maketrans(
    "漢滿壯維爾羅錫獨龍倫納烏東鄉達溫門蘇", "汉满壮维尔罗锡独龙伦纳乌东乡达温门苏"
)
