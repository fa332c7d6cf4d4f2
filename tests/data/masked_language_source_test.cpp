#include "roformer/data/masked_language_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>
#include <thread>

#include "roformer/base/error.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

// What stood in the batch before masking.
std::vector<std::int64_t> unmasked(const MaskedBatch& masked) {
  auto tokens = masked.batch.tokens;
  for (std::size_t i = 0; i < masked.labels.size(); ++i) {
    tokens[static_cast<std::size_t>(masked.masked_positions[i])] = masked.labels[i];
  }
  return tokens;
}

std::vector<std::vector<std::int64_t>> sequences_of(const MaskedBatch& masked) {
  const auto tokens = unmasked(masked);
  std::vector<std::vector<std::int64_t>> sequences;
  for (std::size_t i = 0; i + 1 < masked.batch.cu_seqlens.size(); ++i) {
    sequences.emplace_back(tokens.begin() + masked.batch.cu_seqlens[i],
                           tokens.begin() + masked.batch.cu_seqlens[i + 1]);
  }
  return sequences;
}

bool same(const MaskedBatch& a, const MaskedBatch& b) {
  return a.batch.tokens == b.batch.tokens && a.batch.cu_seqlens == b.batch.cu_seqlens &&
         a.labels == b.labels && a.masked_positions == b.masked_positions;
}

TEST(MaskedLanguageSourceTest, BatchesAreWellFormed) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 1);
  const Stage stage{32, 4};
  for (std::int64_t step = 0; step < 100; ++step) {
    const auto masked = source.batch({stage, 0, step});
    const auto& batch = masked.batch;
    ASSERT_EQ(batch.cu_seqlens.size(), 5u);
    ASSERT_EQ(batch.cu_seqlens.back(), static_cast<std::int32_t>(batch.tokens.size()));
    ASSERT_EQ(batch.position_ids.size(), batch.tokens.size());
    ASSERT_EQ(batch.segment_ids, std::vector<std::int64_t>(batch.tokens.size(), 0));
    ASSERT_EQ(masked.labels.size(), masked.masked_positions.size());
    for (std::size_t i = 0; i < 4; ++i) {
      const auto begin = static_cast<std::size_t>(batch.cu_seqlens[i]),
                 end = static_cast<std::size_t>(batch.cu_seqlens[i + 1]);
      EXPECT_EQ(batch.tokens[begin], 2);
      EXPECT_EQ(batch.tokens[end - 1], 3);
      for (std::size_t at = begin; at < end; ++at)
        EXPECT_EQ(batch.position_ids[at], static_cast<std::int64_t>(at - begin));
      EXPECT_TRUE(std::any_of(masked.masked_positions.begin(), masked.masked_positions.end(),
                              [&](std::int64_t position) {
                                return position >= static_cast<std::int64_t>(begin) &&
                                       position < static_cast<std::int64_t>(end);
                              }));
    }
    for (const auto label : masked.labels) EXPECT_GE(label, 5);  // never a special token
  }
}

TEST(MaskedLanguageSourceTest, TypesAreTheTokenizers) {
  const tests::TestFolder folder;
  auto options = tests::number_options(folder);
  nlohmann::json vocabulary;
  std::istringstream words(tests::number_vocabulary(300));
  for (std::string word; words >> word;) vocabulary[word] = vocabulary.size();
  const auto special = [](const char* token, int type) {
    return nlohmann::json{{"SpecialToken", {{"id", token}, {"type_id", type}}}};
  };
  const auto text = [](const char* id) {
    return nlohmann::json{{"Sequence", {{"id", id}, {"type_id", 1}}}};
  };
  const nlohmann::json known = {{"[CLS]", {{"id", "[CLS]"}, {"ids", {2}}, {"tokens", {"[CLS]"}}}},
                                {"[SEP]", {{"id", "[SEP]"}, {"ids", {3}}, {"tokens", {"[SEP]"}}}}};
  const nlohmann::json single = {special("[CLS]", 3), text("A"), special("[SEP]", 2)};
  const nlohmann::json pair = {special("[CLS]", 3), text("A"), special("[SEP]", 2), text("B"),
                               special("[SEP]", 2)};
  const nlohmann::json tokenizer = {
      {"added_tokens", {{{"id", 4}, {"content", "[MASK]"}, {"special", true}}}},
      {"model", {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"vocab", vocabulary}}},
      {"normalizer", {{"type", "BertNormalizer"}}},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor",
       {{"type", "TemplateProcessing"},
        {"single", single},
        {"pair", pair},
        {"special_tokens", known}}}};
  options.vocabulary = folder.write("tokenizer.json", tokenizer.dump()).string();
  const auto batch = MaskedLanguageSource(options, 1).batch({Stage{8, 2}, 0, 0}).batch;
  std::vector<std::int64_t> expected(batch.tokens.size(), 1);
  for (std::size_t i = 0; i < 2; ++i) {
    expected[static_cast<std::size_t>(batch.cu_seqlens[i])] = 3;
    expected[static_cast<std::size_t>(batch.cu_seqlens[i + 1]) - 1] = 2;
  }
  EXPECT_EQ(batch.segment_ids, expected);
}

TEST(MaskedLanguageSourceTest, PureFunctionOfSeedStageAndStep) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const MaskedLanguageSource source(options, 1), again(options, 1), other(options, 2);
  const Stage stage{32, 4};
  for (const std::int64_t step : {0, 1, 77, 1000}) {
    const auto batch = source.batch({stage, 0, step});
    MaskedBatch elsewhere;
    std::thread([&] { elsewhere = again.batch({stage, 0, step}); }).join();
    EXPECT_TRUE(same(batch, elsewhere));
    EXPECT_FALSE(same(batch, other.batch({stage, 0, step})));
    EXPECT_FALSE(same(batch, source.batch({stage, 0, step + 1})));
    EXPECT_FALSE(same(batch, source.batch({stage, 1, step})));
  }
}

TEST(MaskedLanguageSourceTest, AnEpochSeesEachSequenceOnce) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 3);
  const Stage stage{32, 1};
  const std::int64_t count = source.num_sequences(32);
  std::multiset<std::vector<std::int64_t>> first, second;
  int masked_alike = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    first.insert(unmasked(source.batch({stage, 0, i})));
    second.insert(unmasked(source.batch({stage, 0, count + i})));
    masked_alike += same(source.batch({stage, 0, i}), source.batch({stage, 0, count + i}));
  }
  EXPECT_EQ(first, second);
  EXPECT_LT(masked_alike, 3);  // another order and other masks
  EXPECT_DOUBLE_EQ(source.epoch(stage, count), 1.0);
}

TEST(MaskedLanguageSourceTest, MicroStepsDivideTheStep) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 4);
  const auto whole = sequences_of(source.batch({{32, 6}, 0, 5}));
  const Stage parts{32, 2, 0, 3};
  std::vector<std::vector<std::int64_t>> together;
  for (std::int64_t micro_step = 0; micro_step < 3; ++micro_step) {
    for (auto& sequence : sequences_of(source.batch({parts, 0, 5, micro_step})))
      together.push_back(sequence);
  }
  EXPECT_EQ(together, whole);
  EXPECT_THROW(source.batch({parts, 0, 5, 3}), Error);
  EXPECT_THROW(source.batch({parts, 0, -1}), Error);
}

TEST(MaskedLanguageSourceTest, TokenBudget) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 5);
  EXPECT_EQ(sequences_of_batch({32, 64, 100}), 3);
  EXPECT_EQ(sequences_of_batch({512, 64, 100}), 1);
  EXPECT_EQ(source.batch({{32, 64, 100}}).batch.cu_seqlens.size(), 4u);
  EXPECT_THROW(source.batch({{32, 0, 0}}), Error);
}

TEST(MaskedLanguageSourceTest, BatchLargerThanTheCorpus) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder, 3), 6);
  const auto batch = source.batch({{16, 50}, 0, 2});
  EXPECT_EQ(batch.batch.cu_seqlens.size(), 51u);
}

TEST(MaskedLanguageSourceTest, HeldOutPartsAreFixedAndTheirOwn) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const MaskedLanguageSource source(options, 7), other(options, 8);
  for (const Split split : {Split::validation, Split::test}) {
    const auto batches = source.held_out_batches(split, 32, 100),
               same_batches = other.held_out_batches(split, 32, 100);
    ASSERT_EQ(batches.size(), same_batches.size());
    std::int64_t sequences = 0;
    std::vector<std::int64_t> words, wanted;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      EXPECT_TRUE(same(batches[i], same_batches[i]));
      EXPECT_LE(batches[i].batch.tokens.size(), 100u);
      sequences += static_cast<std::int64_t>(batches[i].batch.cu_seqlens.size()) - 1;
      for (const std::int64_t id : unmasked(batches[i]))
        if (id >= 5) words.push_back(id);
    }
    EXPECT_EQ(sequences, source.num_sequences(32, split));
    source.corpus().for_each_document(split, [&](std::span<const std::int32_t> ids) {
      wanted.insert(wanted.end(), ids.begin(), ids.end());
    });
    EXPECT_EQ(words, wanted);
  }
  const auto sample = source.held_out_batches(Split::validation, 32, 1, 4);
  EXPECT_EQ(sample.size(), 4u);  // a batch has at least one sequence
  EXPECT_EQ(source.held_out_batches(Split::validation, 32, 1000000, 1000000).size(), 1u);
}

constexpr std::int64_t masking_vocab = 50, masking_mask = 3;

// Ids 0 … 4 are special.
MaskingVocabulary five_special() {
  MaskingVocabulary vocabulary{masking_vocab, masking_mask,
                               std::vector<bool>(masking_vocab, false)};
  std::fill_n(vocabulary.special.begin(), 5, true);
  return vocabulary;
}

std::vector<std::int64_t> ordinary_tokens(std::size_t count) {
  std::vector<std::int64_t> tokens(count);
  for (std::size_t i = 0; i < count; ++i) tokens[i] = 5 + static_cast<std::int64_t>(i) % 45;
  return tokens;
}

TEST(Masking, CountAndLabels) {
  for (const std::size_t count : {1u, 2u, 3u, 7u, 20u, 510u}) {
    const auto before = ordinary_tokens(count);
    auto tokens = before;
    const auto masked = mask_tokens(tokens, {}, five_special(), 11);
    const auto expected =
        std::max<std::int64_t>(1, std::llround(0.15 * static_cast<double>(count)));
    ASSERT_EQ(static_cast<std::int64_t>(masked.positions.size()), expected);
    EXPECT_TRUE(std::is_sorted(masked.positions.begin(), masked.positions.end()));
    EXPECT_EQ(std::adjacent_find(masked.positions.begin(), masked.positions.end()),
              masked.positions.end());
    for (std::size_t i = 0; i < masked.positions.size(); ++i) {
      const auto at = static_cast<std::size_t>(masked.positions[i]);
      EXPECT_EQ(masked.labels[i], before[at]);
      tokens[at] = before[at];
    }
    EXPECT_EQ(tokens, before);  // nothing else was touched
  }
}

TEST(Masking, SharesOfTreatments) {
  const auto before = ordinary_tokens(100000);
  auto tokens = before;
  const auto masked = mask_tokens(tokens, {}, five_special(), 1);
  double mask = 0, kept = 0, random = 0;
  for (const auto position : masked.positions) {
    const auto at = static_cast<std::size_t>(position);
    mask += tokens[at] == masking_mask;
    kept += tokens[at] == before[at];
    random += tokens[at] != before[at] && tokens[at] != masking_mask;
    EXPECT_TRUE(tokens[at] == masking_mask || tokens[at] >= 5);
  }
  const auto count = static_cast<double>(masked.positions.size());
  EXPECT_NEAR(mask / count, 0.8, 0.015);
  EXPECT_NEAR(kept / count, 0.1 + 0.1 / 45, 0.012);  // a random token may be the same
  EXPECT_NEAR(random / count, 0.1 - 0.1 / 45, 0.012);
}

TEST(Masking, SpecialTokensStay) {
  std::vector<std::int64_t> tokens = {2, 0, 1, 4, 4};
  EXPECT_TRUE(mask_tokens(tokens, {}, five_special(), 1).positions.empty());
  EXPECT_EQ(tokens, (std::vector<std::int64_t>{2, 0, 1, 4, 4}));
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<std::int64_t> mixed = {2, 7, 4};
    EXPECT_EQ(mask_tokens(mixed, {}, five_special(), seed).positions, std::vector<std::int64_t>{1});
    EXPECT_EQ(mixed[0], 2);
    EXPECT_EQ(mixed[2], 4);
  }
  std::vector<std::int64_t> none;
  EXPECT_TRUE(mask_tokens(none, {}, five_special(), 1).positions.empty());
}

TEST(Masking, SameSeedSameMask) {
  auto a = ordinary_tokens(200), b = a, c = a;
  mask_tokens(a, {}, five_special(), 5);
  mask_tokens(b, {}, five_special(), 5);
  mask_tokens(c, {}, five_special(), 6);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Masking, ExtremeShares) {
  auto tokens = ordinary_tokens(40);
  EXPECT_EQ(mask_tokens(tokens, {1.0, 1.0, 0.0}, five_special(), 1).positions.size(), 40u);
  EXPECT_EQ(tokens, std::vector<std::int64_t>(40, masking_mask));
  tokens = ordinary_tokens(40);
  EXPECT_EQ(mask_tokens(tokens, {0.0, 0.0, 0.0}, five_special(), 1).positions.size(), 1u);
  EXPECT_EQ(tokens, ordinary_tokens(40));
}

TEST(Masking, IdsOutsideTheVocabularyAreErrors) {
  std::vector<std::int64_t> tokens = {7, masking_vocab};
  EXPECT_THROW(mask_tokens(tokens, {}, five_special(), 1), Error);
  tokens = {-1};
  EXPECT_THROW(mask_tokens(tokens, {}, five_special(), 1), Error);
}

}  // namespace
}  // namespace roformer::data
