#include "roformer/data/token_stream.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"
#include "tests/data/compressed.h"

namespace roformer::data {
namespace {

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

TEST(ByteStreamTest, EmptyTextIsRefused) {
  const tests::TestFolder folder;
  const auto path = folder.write("empty.txt", "").string();
  const auto message = tests::error_message([&] { ByteStream{byte_options({path})}; });
  EXPECT_TRUE(tests::has_text(message, "empty.txt") && tests::has_text(message, "data.text"))
      << message;
}

}  // namespace
}  // namespace roformer::data
