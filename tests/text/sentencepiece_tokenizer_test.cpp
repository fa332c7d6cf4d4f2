#include "roformer/text/subword_table.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"
#include "tests/text/small_sentencepiece.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;

Ids source_of(const Tokenizer& tokenizer, std::string_view line) {
  Ids ids;
  tokenizer.encode_words(line, ids);
  return ids;
}

Ids target_of(const Tokenizer& tokenizer, std::string_view line) {
  return tokenizer.encode(line, {.add_special_tokens = false, .side = Side::target}).ids;
}

TEST(SentencePieceTokenizer, MariansLayout) {
  const auto tokenizer = sentencepiece_tokenizer(tests::small_sentencepiece());
  EXPECT_EQ(tokenizer.end_id(), 0);
  EXPECT_EQ(tokenizer.unk_id(), 1);
  EXPECT_EQ(tokenizer.pad_id(), tokenizer.vocabulary_size() - 1);
  EXPECT_EQ(tokenizer.id_to_token(0), "</s>");
  EXPECT_EQ(tokenizer.token_to_id("no such token"), 1);
  EXPECT_THROW(tokenizer.id_to_token(-1), Error);
  EXPECT_THROW(tokenizer.id_to_token(tokenizer.vocabulary_size()), Error);
}

TEST(SentencePieceTokenizer, ThereAndBack) {
  const auto tokenizer = sentencepiece_tokenizer(tests::small_sentencepiece());
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

TEST(SentencePieceTokenizer, UnknownAndSpecial) {
  const auto tokenizer = sentencepiece_tokenizer(tests::small_sentencepiece());
  EXPECT_EQ(source_of(tokenizer, "\xE2\x98\x83").back(), tokenizer.unk_id());
  EXPECT_EQ(source_of(tokenizer, "</s>"), Ids{0});
  EXPECT_EQ(source_of(tokenizer, ">>deu<<"), Ids{1});  // no such code: unknown, but one token
  // Bytes that are not UTF-8 are U+FFFD.
  EXPECT_EQ(source_of(tokenizer, "dog \xFF"), source_of(tokenizer, "dog \xEF\xBF\xBD"));
}

TEST(SentencePieceTokenizer, LowerCase) {
  const auto model = tests::small_sentencepiece();
  const auto tokenizer = sentencepiece_tokenizer(model, {.lower_case = true});
  EXPECT_EQ(source_of(tokenizer, "THE GRÜNE"), source_of(tokenizer, "the grüne"));
  EXPECT_NE(tokenizer.fingerprint(), sentencepiece_tokenizer(model).fingerprint());
}

TEST(SentencePieceTokenizer, SavedAndLoaded) {
  const tests::TestFolder folder;
  const auto tokenizer = sentencepiece_tokenizer(
      tests::small_sentencepiece(),
      {.source_language = "en", .target_language = "de", .lower_case = true});
  tokenizer.save(folder.path());
  const auto loaded = Tokenizer::load(folder.path());
  EXPECT_EQ(loaded.fingerprint(), tokenizer.fingerprint());
  EXPECT_EQ(loaded.facts().kind, "SentencePiece");
  EXPECT_EQ(loaded.facts().source_language, "en");
  EXPECT_EQ(loaded.facts().target_language, "de");
  EXPECT_EQ(source_of(loaded, "The low dog"), source_of(tokenizer, "The low dog"));
}

TEST(SentencePieceTokenizer, Capabilities) {
  const auto tokenizer = sentencepiece_tokenizer(tests::small_sentencepiece());
  EXPECT_TRUE(tokenizer.facts().has_sides);
  EXPECT_FALSE(tokenizer.facts().has_offsets || tokenizer.facts().has_pairs ||
               tokenizer.facts().lower_cases || tokenizer.is_bytes());
  const Encoding encoding = tokenizer.encode("the dog");
  EXPECT_EQ(encoding.ids.back(), tokenizer.end_id());
  EXPECT_EQ(encoding.type_ids, Ids(encoding.size(), 0));
  EXPECT_TRUE(encoding.offsets.empty());
  const auto windows = tokenizer.windows("the small dog runs", {.max_length = 3}, 1);
  EXPECT_GT(windows.size(), 1u);
  for (const Encoding& window : windows) EXPECT_TRUE(window.offsets.empty());
  EXPECT_THROW(tokenizer.encode_pair("a", "b"), Error);
  EXPECT_THROW(tokenizer.mask_id(), Error);
  EXPECT_THROW(tokenizer.cls_id(), Error);
  std::string bytes;
  EXPECT_THROW(tokenizer.append_text(2, -1, bytes), Error);
}

TEST(SentencePieceTokenizer, LowerCased) {
  const auto plain = sentencepiece_tokenizer(tests::small_sentencepiece());
  const auto lower = plain.lower_cased();
  EXPECT_TRUE(lower.facts().lower_cases);
  EXPECT_EQ(source_of(lower, "THE DOG"), source_of(plain, "the dog"));
  EXPECT_NE(lower.fingerprint(), plain.fingerprint());
}

// A piece that only the target's model has stands in the shared table.
TEST(SentencePieceTokenizer, TwoModels) {
  const tests::TestFolder folder;
  const auto first = tests::small_sentencepiece();
  const auto second = tests::train_on({"x\xE2\x98\x83 x", "\xE2\x98\x83"}, {.vocabulary_size = 9});
  folder.write("source.spm", first);
  folder.write("target.spm", second);
  folder.write(
      "vocab.json",
      R"({"</s>": 0, "<unk>": 1, "\u2603": 2, "\u2581": 3, "x": 4, "<pad>": 5, ">>de<<": 6})");
  const auto tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(source_of(tokenizer, ">>de<<\xE2\x98\x83").front(), 6);
  EXPECT_EQ(source_of(tokenizer, "\xE2\x98\x83").back(), 2);
  EXPECT_NE(target_of(tokenizer, "the x"), source_of(tokenizer, "the x"));
}

TEST(SentencePieceTokenizer, BadFiles) {
  const tests::TestFolder folder;
  const auto model = tests::small_sentencepiece();
  sentencepiece_tokenizer(model).save(folder.path());
  const auto message = [&] {
    return tests::error_message([&] { Tokenizer::load(folder.path()); });
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
  folder.write("codes.bpe", "l o\n");
  EXPECT_TRUE(tests::has_text(message(), "but found no vocab.json")) << message();
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Tokenizer::load(folder.file("absent")); }),
                              "absent"));
}

}  // namespace
}  // namespace roformer::text
