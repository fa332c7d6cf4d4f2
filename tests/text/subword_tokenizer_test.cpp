#include "roformer/text/subword_tokenizer.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int64_t>;

Ids source_of(const SubwordTokenizer& tokenizer, std::string_view line) {
  Ids ids;
  tokenizer.encode_source(line, ids);
  return ids;
}

constexpr const char* kLowCodes = "#version: 0.2\nl o\nlo w</w>\nlo w\n";

TEST(SubwordTokenizer, MariansLayout) {
  const auto tokenizer = SubwordTokenizer::from_sentencepiece(tests::small_sentencepiece());
  EXPECT_EQ(tokenizer.end_id(), 0);
  EXPECT_EQ(tokenizer.unk_id(), 1);
  EXPECT_EQ(tokenizer.pad_id(), tokenizer.vocabulary_size() - 1);
  EXPECT_EQ(tokenizer.id_to_token(0), "</s>");
  EXPECT_EQ(tokenizer.token_to_id("no such token"), 1);
  EXPECT_THROW(tokenizer.id_to_token(-1), Error);
  EXPECT_THROW(tokenizer.id_to_token(tokenizer.vocabulary_size()), Error);
}

TEST(SubwordTokenizer, ThereAndBack) {
  const auto tokenizer = SubwordTokenizer::from_sentencepiece(tests::small_sentencepiece());
  for (const char* line : {"the small dog", "grüne Hunde laufen", "7 dogs", ""}) {
    Ids ids = source_of(tokenizer, line);
    EXPECT_EQ(ids.empty(), std::string_view(line).empty());
    ids.push_back(tokenizer.end_id());
    ids.insert(ids.begin(), tokenizer.pad_id());
    EXPECT_EQ(tokenizer.decode(ids), line);
  }
  EXPECT_EQ(tokenizer.decode({}), "");
  EXPECT_TRUE(source_of(tokenizer, "    ").empty());
  EXPECT_THROW(tokenizer.decode(Ids{tokenizer.vocabulary_size()}), Error);
}

TEST(SubwordTokenizer, UnknownAndSpecial) {
  const auto tokenizer = SubwordTokenizer::from_sentencepiece(tests::small_sentencepiece());
  EXPECT_EQ(source_of(tokenizer, "\xE2\x98\x83").back(), tokenizer.unk_id());
  EXPECT_EQ(source_of(tokenizer, "</s>"), Ids{0});
  EXPECT_EQ(source_of(tokenizer, ">>deu<<"), Ids{1});  // no such code: unknown, but one token
  // Bytes that are not UTF-8 are U+FFFD.
  EXPECT_EQ(source_of(tokenizer, "dog \xFF"), source_of(tokenizer, "dog \xEF\xBF\xBD"));
}

TEST(SubwordTokenizer, LowerCase) {
  const auto model = tests::small_sentencepiece();
  const auto tokenizer = SubwordTokenizer::from_sentencepiece(model, {.lower_case = true});
  EXPECT_EQ(source_of(tokenizer, "THE GRÜNE"), source_of(tokenizer, "the grüne"));
  EXPECT_NE(tokenizer.fingerprint(), SubwordTokenizer::from_sentencepiece(model).fingerprint());
}

TEST(SubwordTokenizer, SavedAndLoaded) {
  const tests::TestFolder folder;
  EXPECT_FALSE(SubwordTokenizer::is_in(folder.path()));
  const std::vector<SubwordTokenizer> tokenizers = {
      SubwordTokenizer::from_sentencepiece(
          tests::small_sentencepiece(),
          {.source_language = "en", .target_language = "de", .lower_case = true}),
      SubwordTokenizer::from_subword_nmt(kLowCodes, {"low", "lo@@", "w"})};
  for (std::size_t i = 0; i < tokenizers.size(); ++i) {
    const auto place = folder.file(std::to_string(i));
    tokenizers[i].save(place);
    ASSERT_TRUE(SubwordTokenizer::is_in(place));
    const auto loaded = SubwordTokenizer::load(place);
    EXPECT_EQ(loaded.fingerprint(), tokenizers[i].fingerprint());
    EXPECT_EQ(loaded.settings().source_language, tokenizers[i].settings().source_language);
    EXPECT_EQ(source_of(loaded, "The low dog"), source_of(tokenizers[i], "The low dog"));
  }
}

TEST(SubwordTokenizer, SubwordNmt) {
  const auto tokenizer = SubwordTokenizer::from_subword_nmt(kLowCodes, {"low", "lo@@", "w", "l@@"});
  EXPECT_EQ(source_of(tokenizer, "low lox"), (Ids{2, 3, 1}));
  EXPECT_EQ(tokenizer.decode(Ids{3, 4, 2, 0}), "low low");
  EXPECT_EQ(tokenizer.vocabulary_size(), 7);
}

// A piece that only the target's model has stands in the shared table.
TEST(SubwordTokenizer, TwoModels) {
  const tests::TestFolder folder;
  const auto first = tests::small_sentencepiece();
  const auto second = tests::train_on({"x\xE2\x98\x83 x", "\xE2\x98\x83"}, {.vocabulary_size = 9});
  folder.write("source.spm", first);
  folder.write("target.spm", second);
  folder.write(
      "vocab.json",
      R"({"</s>": 0, "<unk>": 1, "\u2603": 2, "\u2581": 3, "x": 4, "<pad>": 5, ">>de<<": 6})");
  const auto tokenizer = SubwordTokenizer::load(folder.path());
  EXPECT_EQ(source_of(tokenizer, ">>de<<\xE2\x98\x83").front(), 6);
  EXPECT_EQ(source_of(tokenizer, "\xE2\x98\x83").back(), 2);
}

TEST(SubwordTokenizer, BadFiles) {
  const tests::TestFolder folder;
  const auto model = tests::small_sentencepiece();
  SubwordTokenizer::from_sentencepiece(model).save(folder.path());
  const auto message = [&] {
    return tests::error_message([&] { SubwordTokenizer::load(folder.path()); });
  };
  const auto expect_with = [&](const char* file, std::string_view content, const char* part) {
    const std::string before = base::read_file(folder.file(file));
    folder.write(file, content);
    EXPECT_TRUE(tests::has_text(message(), part)) << message();
    folder.write(file, before);
  };
  expect_with("source.spm", "", "source.spm");
  expect_with("source.spm", "no model", "source.spm");
  expect_with("target.spm", std::string_view(model).substr(0, model.size() / 2), "target.spm");
  expect_with("vocab.json", "", "vocab.json");
  expect_with("vocab.json", "[]", "vocab.json");
  expect_with("vocab.json", R"({"</s>": 0, "<pad>": 1})", "<unk>");
  expect_with("vocab.json", R"({"</s>": 0, "<unk>": 0, "<pad>": 1})", "same id");
  expect_with("vocab.json", R"({"</s>": -1})", "expected an id");
  expect_with("vocab.json", R"({"</s>": 999999999})", "expected an id");
  expect_with("tokenizer_config.json", R"({"separate_vocabs": true})", "separate_vocabs");
  expect_with("tokenizer_config.json", "[1]", "tokenizer_config.json");
  EXPECT_EQ(message(), "no error");
  std::filesystem::remove(folder.file("source.spm"));
  EXPECT_TRUE(tests::has_text(message(), "but found no source.spm")) << message();
  std::filesystem::remove(folder.file("target.spm"));
  EXPECT_TRUE(tests::has_text(message(), "but found vocab.json alone")) << message();
  std::filesystem::remove(folder.file("vocab.json"));
  EXPECT_TRUE(tests::has_text(message(), "found none of them")) << message();
  folder.write("codes.bpe", kLowCodes);
  EXPECT_TRUE(tests::has_text(message(), "but found no vocab.json")) << message();
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { SubwordTokenizer::load(folder.file("absent")); }), "absent"));
}

}  // namespace
}  // namespace roformer::text
