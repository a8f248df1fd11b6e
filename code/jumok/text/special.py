"""특별한 토큰의 번호. 책의 모든 어휘가 이 일곱 개로 시작합니다."""

SPECIAL_TOKENS = ("<pad>", "<bos>", "<eos>", "<unk>", "<cls>", "<sep>", "<mask>")
PAD_ID, BOS_ID, EOS_ID, UNK_ID, CLS_ID, SEP_ID, MASK_ID = range(len(SPECIAL_TOKENS))
