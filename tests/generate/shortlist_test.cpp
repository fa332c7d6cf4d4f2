#include "roformer/generate/shortlist.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "roformer/base/error.h"
#include "roformer/generate/beam_search.h"
#include "roformer/text/vocabulary.h"
#include "tests/generate/translation_models.h"

namespace roformer::generate {
namespace {

using Ids = std::vector<std::int64_t>;
using Models = std::vector<model::EncoderDecoder>;

class ShortlistTest : public testing::Test {
 protected:
  ShortlistTest() {
    for (int i = 0; i < 40; ++i) words_.push_back("w" + std::to_string(i));
    path_ = std::filesystem::temp_directory_path() /
            ("roformer_shortlist_" + std::to_string(::getpid()));
  }
  ~ShortlistTest() override { std::filesystem::remove(path_); }

  Shortlist read(const std::string& table, const ShortlistOptions& options = {}) const {
    std::ofstream(path_) << table;
    return Shortlist(path_, text::Vocabulary(words_), options);
  }
  void expect_refused(const std::string& table, const std::string& part,
                      const ShortlistOptions& options = {}) const {
    try {
      read(table, options);
      ADD_FAILURE() << "expected an error with: " << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  std::vector<std::string> words_;
  std::filesystem::path path_;
};

TEST_F(ShortlistTest, ListsHaveTheFirstTheBestAndTheSourceItself) {
  const std::string table =
      "w30 w5 0.2\nw31 w5 0.5\nw32 w5 0.3\nw33\tw6 1e-3\nNULL w5 0.9\nw9 NULL 0.9\n";
  const Shortlist two = read(table, {3, 2});
  EXPECT_EQ(two.words_of({5, 0}), (Ids{0, 1, 2, 5, 31, 32}));
  EXPECT_EQ(two.words_of({6, 5, 0}, {20}), (Ids{0, 1, 2, 5, 6, 20, 31, 32, 33}));
  EXPECT_EQ(two.words_of({7}), (Ids{0, 1, 2, 7}));
  EXPECT_EQ(read(table, {0, 0}).words_of({5, 0}), (Ids{0, 5}));
  EXPECT_EQ(read("", {1000, 5}).words_of({}).size(), 40u);
}

TEST_F(ShortlistTest, DamageIsNamedByFileAndLine) {
  expect_refused("w1 w2 0.5\nw1 w2\n", path_.string() + ":2");
  expect_refused("w1 w2 0.5 7\n", ":1: expected a target word");
  expect_refused("w1 w2 1.5\n", "0 to 1");
  expect_refused("w1 w2 nan\n", "0 to 1");
  expect_refused("w1 w99 0.5\n", "'w99'");
  expect_refused("\n", ":1");
  expect_refused("w1 w2 0.5\n", "-1", {-1, 5});
  std::filesystem::remove(path_);
  EXPECT_THROW(Shortlist("/nowhere/table", text::Vocabulary(words_)), Error);
}

void expect_alike(const std::vector<Translations>& a, const std::vector<Translations>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size()) << i;
    for (std::size_t n = 0; n < a[i].size(); ++n) {
      EXPECT_EQ(a[i][n].ids, b[i][n].ids) << i << " " << n;
      EXPECT_NEAR(a[i][n].score, b[i][n].score, 1e-4);
    }
  }
}

// A list of all words changes nothing; with a short one a sentence has its own words alone, and
// gives the same beside others and in others' places.
TEST_F(ShortlistTest, SearchKeepsToTheLists) {
  const Models models = {make_translator(translation_config(), 1, 2),
                         make_translator(translation_config(), 2, 2)};
  const auto sources = random_sources({3, 12, 7, 1, 20, 5, 9});
  for (const std::size_t count : {1u, 2u}) {
    const std::span some(models.data(), count);
    for (const Decoding decoding : {Decoding::cached, Decoding::anew}) {
      BeamOptions options;
      options.n_best = 3;
      const Shortlist all = read("", {1000, 1});
      SearchSetting setting{torch::kCPU, decoding, {}, &all};
      expect_alike(beam_search(some, sources, options, {}, setting),
                   beam_search(some, sources, options, {}, {torch::kCPU, decoding}));
      const Shortlist few = read("w30 w5 0.2\nw31 w7 0.5\n", {4, 2});
      setting.shortlist = &few;
      const std::vector<Ids> prefixes = {{37, 38}, {}, {}, {}, {39}, {}, {}};
      const auto found = beam_search(some, sources, options, prefixes, setting);
      for (std::size_t i = 0; i < sources.size(); ++i) {
        const Ids words = few.words_of(sources[i], prefixes[i]);
        for (const Hypothesis& one : found[i]) {
          EXPECT_TRUE(std::equal(prefixes[i].begin(), prefixes[i].end(), one.ids.begin()));
          for (const std::int64_t id : one.ids)
            EXPECT_TRUE(std::binary_search(words.begin(), words.end(), id)) << i << " " << id;
        }
      }
      options.max_sentences = 2;
      expect_alike(beam_search(some, sources, options, prefixes, setting), found);
    }
  }
}

}  // namespace
}  // namespace roformer::generate
