#include "roformer/data/causal_language_source.h"

#include <gtest/gtest.h>

#include <map>

#include "roformer/base/error.h"
#include "roformer/data/corpus.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

// Bytes that tell their place: no two pairs of neighbours within 65536 are alike.
std::shared_ptr<const TokenStream> place_stream(const tests::TestFolder& folder, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text.push_back(static_cast<char>(i & 0xFF));
    text.push_back(static_cast<char>(i >> 8));
  }
  text.resize(size);
  DataOptions options;
  options.text = {folder.write("text.bin", text).string()};
  options.vocabulary = byte_vocabulary;
  options.validation_share = options.test_share = 0.05;
  return open_token_stream(options);
}

bool same_batch(const CausalBatch& a, const CausalBatch& b) {
  return a.batch.tokens == b.batch.tokens && a.batch.cu_seqlens == b.batch.cu_seqlens &&
         a.labels == b.labels;
}

TEST(CausalLanguageSourceTest, EveryTokenButTheFirstIsATargetOnceAnEpoch) {
  const tests::TestFolder folder;
  const CausalLanguageSource source(place_stream(folder, 2000), 1);
  const Stage stage{32, 1};
  const std::int64_t count = source.num_sequences(32), size = source.stream().size(Split::training);
  EXPECT_EQ(count, (size - 1 + 31) / 32);
  std::vector<std::int64_t> stream;
  source.stream().read(Split::training, 0, size, stream);
  for (const std::int64_t epoch : {0, 1}) {
    std::map<std::pair<std::int64_t, std::int64_t>, int> seen, wanted;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto batch = source.batch({stage, 0, epoch * count + i});
      for (std::size_t at = 0; at < batch.labels.size(); ++at)
        ++seen[{batch.batch.tokens[at], batch.labels[at]}];
    }
    for (std::size_t at = 1; at < stream.size(); ++at) ++wanted[{stream[at - 1], stream[at]}];
    EXPECT_EQ(seen, wanted);
  }
  EXPECT_FALSE(same_batch(source.batch({stage, 0, 0}), source.batch({stage, 0, count})));
}

TEST(CausalLanguageSourceTest, BatchesAreWellFormedAndPure) {
  const tests::TestFolder folder;
  const auto stream = place_stream(folder, 5000);
  const CausalLanguageSource source(stream, 1), again(stream, 1), other(stream, 2);
  const Stage stage{16, 4};
  for (const std::int64_t step : {0, 3, 500}) {
    const auto batch = source.batch({stage, 0, step});
    ASSERT_EQ(batch.batch.cu_seqlens.size(), 5u);
    ASSERT_EQ(batch.batch.tokens.size(), batch.labels.size());
    for (std::size_t at = 0; at < batch.labels.size(); ++at) {
      if (at % 16 != 15) {
        EXPECT_EQ(batch.labels[at], batch.batch.tokens[at + 1]);
      }
      EXPECT_EQ(batch.batch.position_ids[at], static_cast<std::int64_t>(at % 16));
    }
    EXPECT_TRUE(same_batch(batch, again.batch({stage, 0, step})));
    EXPECT_FALSE(same_batch(batch, other.batch({stage, 0, step})));
  }
}

TEST(CausalLanguageSourceTest, HeldOutPartsAreFixedAndWhole) {
  const tests::TestFolder folder;
  const CausalLanguageSource source(place_stream(folder, 5000), 1);
  for (const auto split : {Split::validation, Split::test}) {
    std::size_t targets = 0;
    for (const auto& batch : source.held_out_batches(split, 16, 64)) {
      EXPECT_LE(batch.labels.size(), 64u);
      targets += batch.labels.size();
    }
    EXPECT_EQ(targets, 249u);
  }
  EXPECT_EQ(source.held_out_batches(Split::validation, 16, 1, 3).size(), 3u);
}

// Each pair of a token and the next one is at one place of the text.
TEST(CausalLanguageSourceTest, PassagesAreTheSameTextAtEveryLength) {
  const tests::TestFolder folder;
  const CausalLanguageSource source(place_stream(folder, 20000), 1);
  const auto scored = [&](std::int64_t length, std::int64_t sequences) {
    std::map<std::pair<std::int64_t, std::int64_t>, int> pairs;
    std::map<std::int64_t, int> positions;
    for (const auto& batch :
         source.held_out_batches(Split::validation, length, 200, sequences, 64)) {
      for (std::size_t at = 0; at < batch.labels.size(); ++at) {
        ++pairs[{batch.batch.tokens[at], batch.labels[at]}];
        ++positions[batch.batch.position_ids[at]];
      }
    }
    EXPECT_EQ(positions.size(), static_cast<std::size_t>(length));
    for (const auto& [position, count] : positions) EXPECT_EQ(count, positions.at(0)) << position;
    return pairs;
  };
  const auto at_16 = scored(16, 24);
  EXPECT_EQ(at_16.size(), 6u * 64);
  for (const auto& [pair, count] : at_16) EXPECT_EQ(count, 1);
  EXPECT_EQ(scored(32, 12), at_16);
  EXPECT_EQ(scored(64, 6), at_16);
  EXPECT_EQ(scored(64, 1), scored(16, 1));  // at least one passage
  const auto all = scored(16, 0);
  int targets = 0;
  for (const auto& [pair, count] : all) targets += count;
  EXPECT_EQ(targets, 999 / 64 * 64);
  EXPECT_EQ(scored(64, 0), all);
}

TEST(CausalLanguageSourceTest, PassagesThatDoNotFitAreRefused) {
  const tests::TestFolder folder;
  const CausalLanguageSource source(place_stream(folder, 2000), 1);
  const auto message = [&](std::int64_t length, std::int64_t passage) {
    return tests::error_message(
        [&] { source.held_out_batches(Split::test, length, 100, 0, passage); });
  };
  EXPECT_EQ(message(33, 99), "no error");
  EXPECT_TRUE(tests::has_text(message(50, 100), "data.test_share")) << message(50, 100);
  EXPECT_TRUE(tests::has_text(message(30, 99), "a multiple of 30")) << message(30, 99);
}

TEST(CausalLanguageSourceTest, DocumentsAreLaidEndToEnd) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const CausalLanguageSource source(open_token_stream(options), 1);
  const Corpus corpus(options);
  for (const Split split : {Split::validation, Split::test}) {
    std::vector<std::int64_t> wanted;
    corpus.for_each_document(split, [&](std::span<const std::int32_t> ids) {
      if (!wanted.empty()) wanted.push_back(3);
      wanted.insert(wanted.end(), ids.begin(), ids.end());
    });
    std::vector<std::int64_t> found;
    for (const auto& batch : source.held_out_batches(split, 8, 1)) {
      if (found.empty()) found.push_back(batch.batch.tokens.front());
      found.insert(found.end(), batch.labels.begin(), batch.labels.end());
    }
    EXPECT_EQ(found, wanted);
  }
}

}  // namespace
}  // namespace roformer::data
