#include "roformer/generate/beam_search.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/generate/translation_models.h"

namespace roformer::generate {
namespace {

using Ids = std::vector<std::int64_t>;

// A request for two sentences, to be spoilt.
struct Asked {
  std::vector<model::EncoderDecoder> models = {make_translator(translation_config())};
  std::vector<Ids> sources = random_sources({6, 3});
  std::vector<Ids> prefixes;
  BeamOptions options;
  Ids lines;

  SearchRequest request() const { return {models, sources, prefixes, options, lines}; }
  void expect_refused(const std::string& words) const {
    try {
      validate(request());
      FAIL() << words;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
};

TEST(SearchRequest, KnowsLengthsNamesAndPrefixes) {
  Asked asked;
  EXPECT_NO_THROW(validate(asked.request()));
  EXPECT_EQ(asked.request().max_length(0), 55);  // 5 words + 50
  EXPECT_EQ(asked.request().name(1), "sentence 2");
  EXPECT_TRUE(asked.request().prefix(1).empty());
  asked.lines = {7, 9};
  asked.prefixes = {{}, {5}};
  EXPECT_EQ(asked.request().name(1), "line 9");
  EXPECT_EQ(asked.request().prefix(1), Ids{5});
}

// The start token has a position of a table too.
TEST(SearchRequest, ATableOfPositionsLimitsTheLength) {
  position::EncodingSettings learned;
  learned.name = "learned";
  Asked asked;
  asked.models = {make_translator(translation_config(learned))};
  asked.options.max_length_extra = 500;
  EXPECT_EQ(asked.request().max_length(0), 63);
}

TEST(SearchRequest, ContinuationsLeaveOutWhatNoTranslationHas) {
  Asked asked;
  asked.options.beam_size = 3;
  asked.options.suppressed = {8};
  const ContinuationOptions continuations = asked.request().continuations();
  EXPECT_EQ(continuations.per_row, 6);
  EXPECT_EQ(continuations.end_token, test_end);
  EXPECT_EQ(continuations.suppressed, (Ids{8, test_pad, test_start}));
  asked.options.beam_size = 30;
  EXPECT_EQ(asked.request().continuations().per_row, 40);  // the whole vocabulary
}

TEST(SearchRequest, RefusesByNameAndPlace) {
  Asked asked;
  asked.sources[1] = {3, 40, test_end};
  asked.expect_refused("sentence 2: expected ids of its source in 0 .. 39 (vocab_size) but got 40");
  asked.sources[1] = {};
  asked.expect_refused("sentence 2: expected tokens but got none");
  asked = {};
  asked.prefixes = {{3}, {test_end}};
  asked.expect_refused("sentence 2: expected a prefix without the end token");
  asked.prefixes = {{3}};
  asked.expect_refused("one prefix for each of 2 sentences but got 1");
  asked.prefixes = {Ids(56, 3), {}};
  asked.expect_refused(
      "at most 55 tokens, the most of its translation, but got 56: shorten it or "
      "raise max_length_extra");
  asked = {};
  asked.options.suppressed = {-1};
  asked.expect_refused("suppressed tokens in 0 .. 39 but got -1");
  asked = {};
  asked.lines = {1};
  asked.expect_refused("the line of each of 2 sentences but got 1");
  asked = {};
  asked.models.push_back(make_translator(translation_config({}, 41)));
  asked.expect_refused("model 2 differs from the first");
  asked.models.clear();
  asked.expect_refused("a model to translate with but got none");
}

}  // namespace
}  // namespace roformer::generate
