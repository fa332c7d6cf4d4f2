#include "roformer/text/byte_tokenizer.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;

TEST(ByteTokenizer, FactsOfBytes) {
  const Tokenizer tokenizer = byte_tokenizer();
  EXPECT_TRUE(tokenizer.is_bytes());
  EXPECT_EQ(tokenizer.facts().first_byte_id, std::optional(3));
  EXPECT_EQ(tokenizer.facts().frame.begin, std::optional(3 + '\n'));
  EXPECT_EQ(tokenizer.facts().frame.end, std::nullopt);
  EXPECT_EQ(tokenizer.facts().frame.first_id, 3);
  EXPECT_EQ(tokenizer.pad_id(), 0);
  EXPECT_EQ(tokenizer.end_id(), 1);
  EXPECT_EQ(tokenizer.encode_pair("a", "b").ids, (Ids{100, 1, 101, 1}));
}

TEST(ByteTokenizer, PartsOfCharacters) {
  const Tokenizer tokenizer = byte_tokenizer();
  std::string bytes;
  for (const std::int32_t id : {0xC3 + 3, 0xA9 + 3, 1}) tokenizer.append_text(id, -1, bytes);
  EXPECT_EQ(bytes, "\xC3\xA9</s>");
  EXPECT_EQ(tokenizer.decode(Ids{0xC3 + 3, 100}), "a");  // what is no UTF-8 is left out
}

TEST(ByteTokenizer, Perceivers) {
  const tests::TestFolder folder;
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "PerceiverTokenizer"})");
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.encode("a").ids, (Ids{4, 'a' + 6, 5}));
  EXPECT_EQ(tokenizer.mask_id(), 3);
  EXPECT_EQ(tokenizer.decode(Ids{0xC3 + 6, 'a' + 6}),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_THROW(tokenizer.unk_id(), Error);
  EXPECT_NE(tokenizer.fingerprint(), byte_tokenizer().fingerprint());
}

TEST(ByteTokenizer, ExtraIdsBehindTheBytes) {
  const tests::TestFolder folder;
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "ByT5Tokenizer", "extra_ids": 2})");
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.vocabulary_size(), 261);
  EXPECT_EQ(tokenizer.encode("<extra_id_1>a").ids, (Ids{260, 100, 1}));
  tokenizer.save(folder.file("again"));
  const Tokenizer again = Tokenizer::load(folder.file("again"));
  EXPECT_EQ(again.fingerprint(), tokenizer.fingerprint());
  EXPECT_EQ(again.encode("<extra_id_1>a").ids, (Ids{260, 100, 1}));
}

TEST(ByteTokenizer, Refusals) {
  const tests::TestFolder folder;
  const auto message = [&](const char* text) {
    folder.write("tokenizer_config.json", text);
    return tests::error_message([&] { Tokenizer::load(folder.path()); });
  };
  EXPECT_TRUE(tests::has_text(message(R"({"tokenizer_class": "ByT5Tokenizer", "extra_ids": 2000})"),
                              "extra_ids from 0 to 1000 but got 2000"));
  EXPECT_TRUE(tests::has_text(message(R"({"tokenizer_class": "ByT5Tokenizer",
      "added_tokens_decoder": {"300": {"content": "x"}}})"),
                              "the id 259 but got 300"));
  EXPECT_TRUE(tests::has_text(message(R"({"tokenizer_class": "T5Tokenizer"})"), "none of them"));
}

}  // namespace
}  // namespace roformer::text
