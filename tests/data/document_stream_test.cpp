#include "roformer/data/document_stream.h"

#include <gtest/gtest.h>

#include "roformer/data/corpus.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

constexpr std::int64_t stream_separator = -7;

// What the stream is by definition.
std::vector<std::int64_t> joined_documents(const TokenCache& tokens,
                                           const std::vector<std::int64_t>& documents) {
  std::vector<std::int64_t> ids;
  for (const std::int64_t document : documents) {
    if (!ids.empty()) ids.push_back(stream_separator);
    for (const std::int32_t id : tokens.document(document)) ids.push_back(id);
  }
  return ids;
}

TEST(DocumentStreamTest, EveryRangeIsThatOfTheWhole) {
  const tests::TestFolder folder;
  const Corpus corpus(tests::number_options(folder, 12, 1));
  const std::vector<std::int64_t> documents = {7, 0, 1, 1, 5};
  const DocumentStream stream(corpus.tokens(), documents, stream_separator);
  const auto all = joined_documents(corpus.tokens(), documents);
  const auto size = static_cast<std::int64_t>(all.size());
  ASSERT_EQ(stream.size(), size);
  for (std::int64_t begin = 0; begin <= size; ++begin) {
    for (std::int64_t end = begin; end <= size; ++end) {
      std::vector<std::int64_t> part = {99};
      stream.read(begin, end, part);
      std::vector<std::int64_t> expected = {99};  // appended behind what was there
      expected.insert(expected.end(), all.begin() + begin, all.begin() + end);
      ASSERT_EQ(part, expected) << begin << " " << end;
    }
  }
}

TEST(DocumentStreamTest, NoDocumentsAreNoTokens) {
  const tests::TestFolder folder;
  const Corpus corpus(tests::number_options(folder, 12, 1));
  const std::vector<std::int64_t> none;
  const DocumentStream stream(corpus.tokens(), none, stream_separator);
  EXPECT_EQ(stream.size(), 0);
  std::vector<std::int64_t> part;
  stream.read(0, 0, part);
  EXPECT_TRUE(part.empty());
}

}  // namespace
}  // namespace roformer::data
