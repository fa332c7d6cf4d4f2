// tests of beam search: against a search in the plainest form, against all hypotheses there are,
// with and without cache, in batches and alone, and of each option.
#include "roformer/generate/beam_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "roformer/base/error.h"
#include "tests/generate/translation_models.h"
#include "tests/position/variants.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;
using Models = std::vector<model::EncoderDecoder>;

std::vector<Translations> search(const Models& models, const std::vector<Ids>& sources,
                                 const BeamOptions& options = {},
                                 const std::vector<Ids>& prefixes = {},
                                 Decoding decoding = Decoding::cached) {
  return beam_search(models, sources, options, prefixes, {torch::kCPU, decoding});
}

void expect_equal(const std::vector<Translations>& a, const std::vector<Translations>& b,
                  double tolerance = 1e-4) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size()) << i;
    for (std::size_t n = 0; n < a[i].size(); ++n) {
      EXPECT_EQ(a[i][n].ids, b[i][n].ids) << i << " " << n;
      EXPECT_NEAR(a[i][n].score, b[i][n].score, tolerance);
      EXPECT_NEAR(a[i][n].log_probability, b[i][n].log_probability, 10 * tolerance);
    }
  }
}

// Of a whole target with its end token.
double total(const Models& models, const Ids& source, const Ids& target) {
  Tensor mean;
  for (const auto& model : models) {
    const Tensor p =
        log_probabilities(model, source, target).exp() / static_cast<double>(models.size());
    mean = mean.defined() ? mean + p : p;
  }
  const Tensor rows = mean.log();
  double sum = 0;
  for (std::size_t t = 0; t <= target.size(); ++t)
    sum +=
        rows[static_cast<std::int64_t>(t)][t < target.size() ? target[t] : test_end].item<double>();
  return sum;
}

// Every hypothesis of at most `most` words, best first.
Translations all_hypotheses(const Models& models, const Ids& source, std::int64_t most,
                            const BeamOptions& options, std::int64_t vocab_size) {
  std::vector<Ids> targets = {{}};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (std::ssize(targets[i]) == most) continue;
    for (std::int64_t word = 3; word < vocab_size; ++word) {
      Ids longer = targets[i];
      longer.push_back(word);
      targets.push_back(longer);
    }
  }
  Translations result;
  for (const Ids& target : targets) {
    const double sum = total(models, source, target);
    result.push_back({target, score_of(sum, std::ssize(target) + 1, options), sum});
  }
  std::sort(result.begin(), result.end(),
            [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
  return result;
}

TEST(BeamSearch, AWideBeamFindsAllHypotheses) {
  const std::int64_t vocabulary = 6;
  const auto config = translation_config({}, vocabulary);
  BeamOptions options;
  options.beam_size = 64;
  options.n_best = 40;
  options.max_length = 3;
  for (const double penalty : {0.0, 0.6, 1.5}) {
    options.length_penalty = penalty;
    for (const Models& models : {Models{make_translator(config, 3)},
                                 Models{make_translator(config, 3), make_translator(config, 4),
                                        make_translator(config, 5)}}) {
      const auto sources = random_sources({5, 2}, vocabulary);
      const auto found = search(models, sources, options);
      for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto wanted = all_hypotheses(models, sources[i], 3, options, vocabulary);
        ASSERT_EQ(wanted.size(), 40u);
        expect_equal({found[i]}, {wanted}, 1e-5);
      }
    }
  }
}

// Beam search as it is told in a few lines, without cache or batch.
Translations plain_search(const model::EncoderDecoder& model, const Ids& source,
                          const BeamOptions& options) {
  std::vector<std::pair<double, Ids>> beams = {{0.0, {}}};
  Translations finished;
  const std::int64_t most = max_length_of(options, std::ssize(source) - 1);
  for (std::int64_t length = 0; !beams.empty(); ++length) {
    std::vector<std::tuple<double, Ids, std::int64_t>> next;
    for (const auto& [sum, ids] : beams) {
      const Tensor last = log_probabilities(model, source, ids)[length];
      for (std::int64_t token = 0; token < last.size(0); ++token) {
        if (token == test_pad || token == test_start) continue;
        if (token == test_end && length < options.min_length) continue;
        if (token != test_end && length == most) continue;
        next.emplace_back(sum + last[token].item<double>(), ids, token);
      }
    }
    std::sort(next.begin(), next.end(),
              [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
    beams.clear();
    for (std::size_t i = 0; i < next.size() && std::ssize(beams) < options.beam_size; ++i) {
      auto [sum, ids, token] = next[i];
      if (token != test_end) {
        ids.push_back(token);
        beams.emplace_back(sum, ids);
      } else if (static_cast<std::int64_t>(i) < options.beam_size) {
        finished.push_back({ids, score_of(sum, length + 1, options), sum});
      }
    }
    std::stable_sort(finished.begin(), finished.end(),
                     [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
    if (std::ssize(finished) < options.beam_size) continue;
    finished.resize(static_cast<std::size_t>(options.beam_size));
    if (options.stopping == StoppingRule::full_beam) break;
    if (!beams.empty() && score_of(beams[0].first, length + 1, options) <= finished.back().score)
      break;
  }
  finished.resize(std::min<std::size_t>(finished.size(), static_cast<std::size_t>(options.n_best)));
  return finished;
}

TEST(BeamSearch, EqualsThePlainForm) {
  const auto model = make_translator(translation_config(), 7, 2);
  const auto sources = random_sources({4, 9, 1, 6, 3});
  for (const StoppingRule stopping : {StoppingRule::full_beam, StoppingRule::bound}) {
    for (const std::int64_t beam : {1, 2, 5}) {
      BeamOptions options;
      options.stopping = stopping;
      options.beam_size = options.n_best = beam;
      options.length_penalty = 0.6;
      options.min_length = 1;
      options.max_length = 9;
      std::vector<Translations> wanted;
      for (const Ids& source : sources) wanted.push_back(plain_search(model, source, options));
      expect_equal(search({model}, sources, options), wanted, 1e-5);
    }
  }
}

class TranslatorWithEncoding : public testing::TestWithParam<position::Variant> {};

TEST_P(TranslatorWithEncoding, CacheBatchAndOrderChangeNothing) {
  const auto model = make_translator(translation_config(GetParam().settings), 2);
  const auto sources = random_sources({3, 11, 1, 7});
  BeamOptions options;
  options.beam_size = options.n_best = 3;
  options.max_length = 12;
  const auto together = search({model}, sources, options);
  expect_equal(together, search({model}, sources, options, {}, Decoding::anew));
  for (std::size_t i = 0; i < sources.size(); ++i)
    expect_equal(search({model}, {sources[i]}, options), {together[i]});
  options.max_sentences = 2;
  expect_equal(together, search({model}, sources, options));
}

INSTANTIATE_TEST_SUITE_P(Encodings, TranslatorWithEncoding,
                         testing::ValuesIn(position::all_variants()),
                         [](const auto& info) { return info.param.label; });

TEST(BeamSearch, EqualModelsVoteAsOne) {
  const auto config = translation_config();
  const auto sources = random_sources({3, 11, 1, 7});
  BeamOptions options;
  options.n_best = 4;
  const auto model = make_translator(config), same = make_translator(config),
             other = make_translator(config, 9);
  const auto alone = search({model}, sources, options);
  expect_equal(alone, search({model, same}, sources, options), 1e-4);
  const auto mixed = search({model, other}, sources, options);
  EXPECT_NE(mixed[1][0].ids, alone[1][0].ids);
}

TEST(BeamSearch, HypothesesAreSortedAndDiffer) {
  const auto model = make_translator(translation_config());
  BeamOptions options;
  options.beam_size = 6;
  options.n_best = 5;
  options.length_penalty = 0.6;
  for (const auto& hypotheses : search({model}, random_sources({3, 11, 1, 7}), options)) {
    ASSERT_EQ(hypotheses.size(), 5u);
    std::set<Ids> seen;
    for (std::size_t n = 0; n < hypotheses.size(); ++n) {
      const Hypothesis& one = hypotheses[n];
      seen.insert(one.ids);
      EXPECT_GE(hypotheses[n == 0 ? 0 : n - 1].score, one.score);
      EXPECT_NEAR(one.score, score_of(one.log_probability, std::ssize(one.ids) + 1, options), 1e-9);
    }
    EXPECT_EQ(seen.size(), hypotheses.size());
  }
}

TEST(BeamSearch, ScoresAreThoseOfTheWholeTarget) {
  const auto model = make_translator(translation_config());
  const auto sources = random_sources({3, 11, 7});
  const auto found = search({model}, sources);
  for (std::size_t i = 0; i < sources.size(); ++i)
    EXPECT_NEAR(found[i][0].log_probability, total({model}, sources[i], found[i][0].ids), 1e-4);
}

TEST(BeamSearch, LengthsAreKept) {
  const auto sources = random_sources({3, 11, 7});
  BeamOptions options;
  options.n_best = 4;
  options.min_length = 5;
  const auto eager = make_translator(translation_config(), 1, 20);
  for (const auto& one : search({eager}, sources, options)) EXPECT_EQ(one[0].ids.size(), 5u);
  options.min_length = 0;
  for (const auto& one : search({eager}, sources, options)) EXPECT_TRUE(one[0].ids.empty());
  const auto endless = make_translator(translation_config(), 1, -50);
  options.max_length_factor = 0.5;
  options.max_length_extra = 2;
  const auto found = search({endless}, sources, options);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    ASSERT_EQ(found[i].size(), 4u);
    for (const Hypothesis& one : found[i])
      EXPECT_EQ(one.ids.size(), (sources[i].size() - 1) / 2 + 2);
    EXPECT_NEAR(found[i][0].log_probability, total({endless}, sources[i], found[i][0].ids), 1e-3);
  }
  options.max_length = 0;
  for (const auto& one : search({endless}, sources, options)) EXPECT_TRUE(one[0].ids.empty());
}

// However few sentences are searched at once: answers are those of all at once, in their order.
TEST(BeamSearch, PlacesOfFinishedSentencesGoToOthers) {
  const Models both = {make_translator(translation_config(), 1, 3),
                       make_translator(translation_config(), 2, 3)};
  const auto sources = random_sources({3, 12, 7, 1, 20, 5, 9, 9, 2, 15, 4, 11});
  for (const std::size_t count : {1u, 2u}) {
    const Models models(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(count));
    for (const std::int64_t beam : {1, 4}) {
      BeamOptions options;
      options.beam_size = beam;
      const auto together = search(models, sources, options);
      for (const auto& [sentences, tokens] :
           {std::pair{1, 1000}, {2, 1000}, {5, 1000}, {64, 25}, {64, 1}}) {
        options.max_sentences = sentences;
        options.batch_tokens = tokens;
        expect_equal(search(models, sources, options), together);
        expect_equal(search(models, sources, options, {}, Decoding::anew), together);
      }
    }
  }
}

TEST(BeamSearch, NoTokensComeTwiceInARow) {
  const auto endless = make_translator(translation_config({}, 8), 3, -50);
  const auto sources = random_sources({4, 6}, 8);
  BeamOptions options;
  options.max_length = 40;
  const auto repeats = [](const Ids& ids, std::size_t n) {
    std::set<Ids> seen;
    for (std::size_t i = 0; i + n <= ids.size(); ++i)
      if (!seen.insert(Ids(ids.begin() + static_cast<std::ptrdiff_t>(i),
                           ids.begin() + static_cast<std::ptrdiff_t>(i + n)))
               .second)
        return true;
    return false;
  };
  EXPECT_TRUE(repeats(search({endless}, sources, options)[0][0].ids, 2));
  for (const std::int64_t n : {1, 2, 3}) {
    options.no_repeat_ngram_size = n;
    for (const auto& one : search({endless}, sources, options)) {
      EXPECT_FALSE(repeats(one[0].ids, static_cast<std::size_t>(n)));
      // Five words: when none is left the end token comes, unlikely as it is.
      EXPECT_LE(one[0].ids.size(), n == 1 ? 5u : 40u);
    }
  }
}

TEST(BeamSearch, TranslationsBeginWithTheirPrefix) {
  const auto model = make_translator(translation_config());
  const auto sources = random_sources({3, 11, 7, 7});
  const std::vector<Ids> prefixes = {{5, 9, 30}, {}, {8}, {}};
  BeamOptions options;
  options.n_best = 3;
  const auto free = search({model}, sources, options),
             forced = search({model}, sources, options, prefixes);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    ASSERT_EQ(forced[i].size(), 3u);
    for (const Hypothesis& one : forced[i])
      EXPECT_TRUE(std::equal(prefixes[i].begin(), prefixes[i].end(), one.ids.begin()));
    EXPECT_NEAR(forced[i][0].log_probability, total({model}, sources[i], forced[i][0].ids), 1e-4);
  }
  expect_equal({forced[1], forced[3]}, {free[1], free[3]});
  // What the search would have chosen anyway changes nothing.
  options.beam_size = options.n_best = 1;
  const auto greedy = search({model}, sources, options);
  std::vector<Ids> begun;
  for (const auto& one : greedy)
    begun.push_back({one[0].ids.begin(),
                     one[0].ids.begin() + std::min<std::ptrdiff_t>(2, std::ssize(one[0].ids))});
  expect_equal(greedy, search({model}, sources, options, begun));
}

TEST(BeamSearch, SuppressedTokensNeverCome) {
  auto model = make_translator(translation_config());
  model->output_bias()[0][test_pad] += 100;
  model->output_bias()[0][test_start] += 100;
  const auto sources = random_sources({3, 11});
  BeamOptions options;
  options.max_length = 10;
  const auto first = search({model}, sources, options)[0][0].ids;
  options.suppressed = {first.at(0), first.at(1)};
  for (const auto& one : search({model}, sources, options)) {
    for (const std::int64_t id : one[0].ids) {
      EXPECT_NE(id, test_pad);
      EXPECT_NE(id, test_start);
      EXPECT_NE(id, first[0]);
      EXPECT_NE(id, first[1]);
    }
  }
}

TEST(BeamSearch, BatchesAreLongestFirstWithinTheirBudget) {
  BeamOptions options;
  options.batch_tokens = 10;
  const auto batches = search_batches(random_sources({3, 20, 1, 7, 3}), options);
  const std::vector<std::vector<std::size_t>> wanted = {{1}, {3, 0}, {4, 2}};
  EXPECT_EQ(batches, wanted);
  options.max_sentences = 1;
  EXPECT_EQ(search_batches(random_sources({3, 20, 1}), options).size(), 3u);
  EXPECT_TRUE(search_batches({}, options).empty());
  EXPECT_TRUE(search({make_translator(translation_config())}, {}).empty());
}

void expect_refused(const std::string& part, const Models& models, const std::vector<Ids>& sources,
                    const BeamOptions& options = {}, const std::vector<Ids>& prefixes = {}) {
  try {
    search(models, sources, options, prefixes);
    ADD_FAILURE() << "expected an error with: " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(BeamSearch, ErrorsNameTheLineWhereItIsKnown) {
  const Models models = {make_translator(translation_config())};
  const auto message = [&](const std::vector<Ids>& sources, const Ids& lines) {
    try {
      beam_search(models, sources, {}, {}, {torch::kCPU, Decoding::cached, lines});
      return std::string("no error");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(message({{5, 0}, {40, 0}}, {7, 12}).find("] line 12:"), std::string::npos);
  EXPECT_NE(message({{5, 0}}, {7, 12}).find("1 sentences"), std::string::npos);
  EXPECT_EQ(message({{5, 0}}, {7}), "no error");
  const torch::NoGradGuard no_gradient;
  models[0]->output_bias().fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_NE(message({{5, 0}}, {7}).find("] line 7: expected finite logits"), std::string::npos);
}

TEST(BeamSearch, ErrorsNameTheSentence) {
  position::EncodingSettings learned;
  learned.name = "learned";
  const auto model = make_translator(translation_config()),
             table = make_translator(translation_config(learned));
  expect_refused("sentence 2", {model}, {{5, 0}, {}});
  expect_refused("sentence 2", {model}, {{5, 0}, {40, 0}});
  expect_refused("sentence 1", {model}, {{-1, 0}});
  const auto longest = random_sources({64}), beyond = random_sources({3, 65});
  EXPECT_LE(search({table}, longest)[0][0].ids.size(), 63u);
  expect_refused("sentence 2", {table}, beyond);
  EXPECT_EQ(search({model}, beyond).size(), 2u);
  expect_refused("prefix", {model}, {{5, 0}}, {}, {{5}, {6}});
  expect_refused("end token", {model}, {{5, 0}}, {}, {{5, 0}});
  expect_refused("sentence 1", {model}, {{5, 0}}, {}, {{77}});
  BeamOptions options;
  options.max_length = 2;
  expect_refused("raise max_length", {model}, {{5, 0}}, options, {{5, 6, 7}});
  options.max_length_extra = 0;
  expect_refused("max_length and max_length_extra", {model}, {{5, 0}}, options, {{5, 6, 7}});
  options.max_length = 100;
  expect_refused("raise max_length_extra", {model}, {{5, 0}}, options, {{5, 6, 7}});
  options.max_length_extra = 100;
  expect_refused("max_position_embeddings", {table}, {{5, 0}}, options, {Ids(64, 5)});
  EXPECT_EQ(search({table}, {{5, 0}}, options, {Ids(63, 5)})[0][0].ids.size(), 63u);
  options.n_best = 5;
  expect_refused("n_best", {model}, {{5, 0}}, options);
  options = {};
  options.suppressed = {40};
  expect_refused("suppressed", {model}, {{5, 0}}, options);
  expect_refused("model", {}, {{5, 0}});
  expect_refused("vocab_size", {model, make_translator(translation_config({}, 39))}, {{5, 0}});
  auto training = make_translator(translation_config());
  training->train();
  expect_refused("evaluation", {training}, {{5, 0}});
  auto damaged = make_translator(translation_config());
  damaged->output_bias()[0][7] = NAN;
  expect_refused("finite", {damaged}, {{5, 0}});
}

TEST(BeamSearch, LongTranslationsOutgrowTheCache) {
  const auto endless = make_translator(translation_config(), 5, -50);
  BeamOptions options;
  options.max_length = 150;
  options.max_length_extra = 150;
  const auto sources = random_sources({5});
  const auto found = search({endless}, sources, options);
  EXPECT_EQ(found[0][0].ids.size(), 150u);
  EXPECT_NEAR(found[0][0].log_probability, total({endless}, sources[0], found[0][0].ids), 1e-2);
}

}  // namespace
}  // namespace roformer::generate
