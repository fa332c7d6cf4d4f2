#include "roformer/data/token_cache.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

// Pieces given as (document, words); a word's id is its number.
class GivenParagraphs final : public documents::ParagraphSource {
 public:
  explicit GivenParagraphs(std::vector<documents::Paragraph> paragraphs)
      : paragraphs_(std::move(paragraphs)) {}
  bool next(documents::Paragraph& paragraph) override {
    if (at_ == paragraphs_.size()) return false;
    paragraph = paragraphs_[at_++];
    return true;
  }
  std::int64_t total() const override { return static_cast<std::int64_t>(paragraphs_.size()); }
  std::int64_t consumed() const override { return static_cast<std::int64_t>(at_); }

 private:
  std::vector<documents::Paragraph> paragraphs_;
  std::size_t at_ = 0;
};

void encode_numbers(std::string_view text, std::vector<std::int32_t>& ids) {
  std::size_t at = 0;
  while ((at = text.find_first_of("0123456789", at)) != std::string_view::npos) {
    ids.push_back(std::stoi(std::string(text.substr(at, 10))));
    at = text.find(' ', at);
  }
}

void write_cache(const std::filesystem::path& path, std::vector<documents::Paragraph> paragraphs,
                 std::int64_t vocab_size = 100, std::int64_t max_documents = 0) {
  GivenParagraphs source(std::move(paragraphs));
  write_token_cache(path, 7, source, encode_numbers, vocab_size, max_documents, 3);
}

using Ids = std::vector<std::int32_t>;

TEST(TokenCacheTest, DocumentsComeBack) {
  const tests::TestFolder folder;
  const auto path = folder.file("tokens");
  for (const std::int64_t vocab_size : {100, 65535, 65536, 200000}) {
    const auto largest = static_cast<std::int32_t>(vocab_size - 1);
    write_cache(path, {{"1 2", 0}, {"3", 0}, {"none", 1}, {std::to_string(largest), 2}},
                vocab_size);
    const TokenCache cache(path, 7);
    ASSERT_EQ(cache.num_documents(), 3);
    EXPECT_EQ(cache.num_tokens(), 4);
    EXPECT_EQ(cache.document(0), (Ids{1, 2, 3}));
    EXPECT_EQ(cache.document(1), Ids{});
    EXPECT_EQ(cache.document(2), Ids{largest});
    std::vector<std::int64_t> part(2);
    cache.read(0, 1, part);
    EXPECT_EQ(part, (std::vector<std::int64_t>{2, 3}));
  }
}

TEST(TokenCacheTest, ManyThreadsKeepTheOrder) {
  const tests::TestFolder folder;
  std::vector<documents::Paragraph> paragraphs;
  for (std::int64_t i = 0; i < 3000; ++i)
    paragraphs.push_back({std::to_string(i) + std::string(999, ' '), i});
  write_cache(folder.file("tokens"), paragraphs, 3000);
  const TokenCache cache(folder.file("tokens"), 7);
  ASSERT_EQ(cache.num_documents(), 3000);
  for (std::int32_t i = 0; i < 3000; ++i) ASSERT_EQ(cache.document(i), Ids{i});
}

TEST(TokenCacheTest, StopsAtMaxDocuments) {
  const tests::TestFolder folder;
  write_cache(folder.file("tokens"), {{"1", 0}, {"2", 1}, {"3", 1}, {"4", 2}}, 100, 2);
  const TokenCache cache(folder.file("tokens"), 7);
  EXPECT_EQ(cache.num_documents(), 2);
  EXPECT_EQ(cache.num_tokens(), 3);
}

TEST(TokenCacheTest, RefusesWhatIsNoCache) {
  const tests::TestFolder folder;
  const auto path = folder.file("tokens");
  EXPECT_THROW(write_cache(path, {}), Error);
  EXPECT_THROW(write_cache(path, {{"no number", 0}}), Error);
  EXPECT_THROW(write_cache(path, {{"100", 0}}, 100), Error);
  EXPECT_FALSE(std::filesystem::exists(path));
  write_cache(path, {{"1", 0}});
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { TokenCache(path, 8); }), path.string()));
  for (const char* content :
       {"", "RFOTKN01", "something else that is long enough to hold a footer of seven numbers"}) {
    EXPECT_THROW(TokenCache(folder.write("other", content), 7), Error);
  }
}

TEST(TokenCacheTest, TruncationIsFound) {
  const tests::TestFolder folder;
  write_cache(folder.file("tokens"), {{"1 2 3", 0}, {"4 5", 1}});
  const std::string whole = base::read_file(folder.file("tokens"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(TokenCache(folder.write("cut", whole.substr(0, size)), 7), Error) << size;
  }
}

TEST(TokenCacheTest, CorruptionIsFoundOrLeavesIdsAlone) {
  const tests::TestFolder folder;
  write_cache(folder.file("tokens"), {{"1 2 3", 0}, {"4 5", 1}});
  const std::string whole = base::read_file(folder.file("tokens"));
  constexpr std::size_t ids_begin = 8, ids_end = 8 + 16;  // five ids of two bytes, padded
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at >= ids_begin && at < ids_end) continue;  // masking checks the range of what it reads
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_THROW(TokenCache(folder.write("damaged", damaged), 7), Error) << at;
  }
}

}  // namespace
}  // namespace roformer::data
