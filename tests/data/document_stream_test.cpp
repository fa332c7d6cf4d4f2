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

TEST(Packing, SequencesHoldTheWholeStream) {
  const tests::TestFolder folder;
  const Corpus corpus(tests::number_options(folder, 30, 1));
  const auto& documents = corpus.documents(Split::training);
  constexpr std::int64_t cls = 2, sep = 3;
  std::vector<std::int64_t> stream;
  for (const auto document : documents) {
    if (!stream.empty()) stream.push_back(sep);
    for (const auto id : corpus.tokens().document(document)) stream.push_back(id);
  }
  const PackedDocuments packed(corpus.tokens(), documents, cls, sep);
  for (const std::int64_t length : {3, 4, 5, 7, 32, 100, 100000}) {
    std::vector<std::int64_t> together;
    const std::int64_t count = packed.count(length);
    for (std::int64_t i = 0; i < count; ++i) {
      const Sequence read = packed.read(length, i);
      const auto& sequence = read.ids;
      EXPECT_EQ(read.separator, 0u);
      EXPECT_TRUE(i + 1 == count || static_cast<std::int64_t>(sequence.size()) == length);
      EXPECT_LE(static_cast<std::int64_t>(sequence.size()), length);
      ASSERT_GE(sequence.size(), 3u);
      EXPECT_EQ(sequence.front(), cls);
      EXPECT_EQ(sequence.back(), sep);
      together.insert(together.end(), sequence.begin() + 1, sequence.end() - 1);
    }
    EXPECT_EQ(together, stream) << length;
  }
}

TEST(Packing, Borders) {
  const tests::TestFolder folder;
  const Corpus corpus(tests::number_options(folder, 5, 1));
  const PackedDocuments packed(corpus.tokens(), corpus.documents(Split::training), 2, 3);
  EXPECT_THROW(packed.count(2), Error);
  EXPECT_THROW(packed.read(8, packed.count(8)), Error);
  EXPECT_THROW(packed.read(8, -1), Error);
  const std::vector<std::int64_t> none;
  EXPECT_EQ(PackedDocuments(corpus.tokens(), none, 2, 3).count(8), 0);
}

}  // namespace
}  // namespace roformer::data
