// Japanese BERT's tokenizer class, by its files; compared with transformers in
// tests/parity/test_tokenizers.py.
#include <gtest/gtest.h>

#include "roformer/text/tokenizer.h"
#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

std::vector<std::int32_t> ids_of(const tests::TestFolder& folder, std::string_view settings,
                                 std::string_view text) {
  folder.write("vocab.txt", "[UNK]\nA\na\n\xE6\x97\xA5\n\xE6\x9C\xAC\nab\n");
  folder.write("tokenizer_config.json", settings);
  return Tokenizer::load(folder.path()).encode(text, {.add_special_tokens = false}).ids;
}

TEST(JapaneseCharacters, EachCharacterAfterNfkc) {
  const tests::TestFolder folder;
  // A full-width A is an A, lower-cased where the settings say so; white space goes.
  const char* text = "\xE6\x97\xA5 \xE6\x9C\xAC\xEF\xBC\xA1x";
  EXPECT_EQ(ids_of(folder, R"({"tokenizer_class": "BertJapaneseTokenizer", "do_lower_case": false,
                "word_tokenizer_type": "mecab", "subword_tokenizer_type": "character"})",
                   text),
            (std::vector<std::int32_t>{3, 4, 1, 0}));
  EXPECT_EQ(ids_of(folder, R"({"tokenizer_class": "BertJapaneseTokenizer",
                "word_tokenizer_type": "basic", "subword_tokenizer_type": "character"})",
                   "ab"),
            (std::vector<std::int32_t>{2, 0}));
}

TEST(JapaneseCharacters, WordsOfTheVocabularyOrARefusal) {
  const tests::TestFolder folder;
  EXPECT_EQ(ids_of(folder, R"({"tokenizer_class": "BertJapaneseTokenizer"})", "ab"),
            std::vector<std::int32_t>{5});
  const auto message = tests::error_message([&] {
    ids_of(folder,
           R"({"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"})", "");
  });
  EXPECT_TRUE(tests::has_text(
      message,
      "tokenizer_config.json: subword_tokenizer_type wordpiece after word_tokenizer_type mecab"));
}

}  // namespace
}  // namespace roformer::text
