#include "roformer/data/token_stream.h"

#include <gtest/gtest.h>

#include "roformer/data/corpus.h"
#include "roformer/data/document_stream.h"
#include "tests/base/test_files.h"
#include "tests/data/compressed.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

std::vector<std::int64_t> whole_part(const TokenStream& stream, Split split) {
  std::vector<std::int64_t> ids;
  stream.read(split, 0, stream.size(split), ids);
  return ids;
}

TEST(TokenStreamTest, DocumentsStandEndToEndInTheirParts) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder, 60, 2);
  const auto stream = open_token_stream(options, 1);
  const Corpus corpus(options);
  EXPECT_FALSE(stream->is_bytes());
  for (const Split split : {Split::training, Split::validation, Split::test}) {
    const DocumentStream expected(corpus.tokens(split), corpus.documents(split),
                                  corpus.tokenizer().end_id());
    std::vector<std::int64_t> ids;
    expected.read(0, expected.size(), ids);
    EXPECT_EQ(whole_part(*stream, split), ids);
  }
  EXPECT_EQ(stream->summary(), corpus.summary());
}

TEST(TokenStreamTest, BytesAreInThreeRanges) {
  const tests::TestFolder folder;
  DataOptions options;
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>('0' + i % 75);
  options.text = {folder.write("text", text).string()};
  options.vocabulary = byte_vocabulary;
  options.validation_share = options.test_share = 0.1;
  const auto stream = open_token_stream(options);
  EXPECT_TRUE(stream->is_bytes());
  std::string again;
  for (const Split split : {Split::training, Split::validation, Split::test}) {
    const auto ids = whole_part(*stream, split);
    EXPECT_EQ(ids.size(), split == Split::training ? 80u : 10u);
    for (const std::int64_t id : ids) again += static_cast<char>(id - 3);  // ByT5's ids
  }
  EXPECT_EQ(again, text);
}

TEST(TokenStreamTest, NamesOfParts) {
  EXPECT_STREQ(split_name(Split::training), "training");
  EXPECT_STREQ(split_name(Split::validation), "validation");
  EXPECT_STREQ(split_name(Split::test), "test");
}

DataOptions byte_options(std::vector<std::string> text) {
  DataOptions options;
  options.text = std::move(text);
  options.vocabulary = byte_vocabulary;
  options.validation_share = options.test_share = 0.05;
  return options;
}

TEST(ByteStreamTest, BytesAreExactAndFilesFollowEachOther) {
  const tests::TestFolder folder;
  const std::string first("a\r\n\xEF\xBB\xBF\0 \xFF\n\n", 11), second = "  end";
  const ByteStream stream(byte_options({folder.write("1.xz", tests::xz(first)).string(),
                                        folder.write("0.gz", tests::gzip(second)).string()}));
  std::string all;
  for (const auto split : {Split::training, Split::validation, Split::test})
    all += stream.bytes(split);
  EXPECT_EQ(all, first + second);
  std::vector<std::int64_t> ids;
  stream.read(Split::training, 0, 4, ids);
  EXPECT_EQ(ids, (std::vector<std::int64_t>{'a' + 3, '\r' + 3, '\n' + 3, 0xEF + 3}));
  std::vector<std::int32_t> words;
  stream.tokenizer().encode_words("a\r\n", words);
  EXPECT_EQ(words, (std::vector<std::int32_t>{'a' + 3, '\r' + 3, '\n' + 3}));
}

TEST(ByteStreamTest, RangesAreNinetyFiveFive) {
  const tests::TestFolder folder;
  std::string text(10000, 'x');
  text[9000] = 'v';
  text[9500] = 't';
  const ByteStream stream(byte_options({folder.write("text", text).string()}));
  EXPECT_EQ(stream.size(Split::training), 9000);
  EXPECT_EQ(stream.size(Split::validation), 500);
  EXPECT_EQ(stream.size(Split::test), 500);
  EXPECT_EQ(stream.bytes(Split::validation).front(), 'v');
  EXPECT_EQ(stream.bytes(Split::test).front(), 't');
}

TEST(ByteStreamTest, PartsOfTheirOwnFiles) {
  const tests::TestFolder folder;
  auto options = byte_options({folder.write("text", std::string(1000, 'x')).string()});
  options.test_text = {folder.write("test", "the test").string()};
  const ByteStream stream(options);
  EXPECT_EQ(stream.size(Split::training), 950);
  EXPECT_EQ(stream.bytes(Split::validation), std::string(50, 'x'));
  EXPECT_EQ(stream.bytes(Split::test), "the test");
  options.validation_text = {folder.write("validation", "watch").string()};
  const ByteStream both(options);
  EXPECT_EQ(both.size(Split::training), 1000);
  EXPECT_EQ(both.bytes(Split::validation), "watch");
  options.test_text = {folder.write("empty", "").string()};
  const auto message = tests::error_message([&] { ByteStream{options}; });
  EXPECT_TRUE(tests::has_text(message, "data.test_text")) << message;
}

TEST(ByteStreamTest, EmptyTextIsRefused) {
  const tests::TestFolder folder;
  const auto path = folder.write("empty.txt", "").string();
  const auto message = tests::error_message([&] { ByteStream{byte_options({path})}; });
  EXPECT_TRUE(tests::has_text(message, "empty.txt") && tests::has_text(message, "data.text"))
      << message;
}

}  // namespace
}  // namespace roformer::data
