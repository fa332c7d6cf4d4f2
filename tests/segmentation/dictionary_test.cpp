#include "roformer/segmentation/dictionary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/random.h"
#include "roformer/segmentation/segmenter.h"
#include "tests/base/test_files.h"

namespace roformer::segmentation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWords = "今天 30 t\n天气 20 n\n今 5\n天 10\n气 5\n好 20\n从未 0\n";

std::vector<std::string> cut(const Dictionary& dictionary, std::string_view text) {
  Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  Segmenter(std::make_shared<const Dictionary>(dictionary)).cut(text, scratch, words);
  return {words.begin(), words.end()};
}

// Of kWords.
constexpr std::uint64_t kFingerprint = 13309767259974092446ull;

class DictionaryTest : public testing::Test {
 protected:
  fs::path compiled() const {
    for (const auto& entry : fs::directory_iterator(cache_)) return entry.path();
    return {};
  }
  tests::TestFolder files_;
  fs::path cache_ = files_.file("cache");
  fs::path words_ = files_.write("dict.txt", kWords);
};

TEST_F(DictionaryTest, SharesAreOfTheTotal) {
  WordList words;
  words.add(kWords, "dict.txt");
  const Dictionary dictionary(words);
  EXPECT_EQ(dictionary.num_words(), 7);
  EXPECT_TRUE(dictionary.is_kept_apart("从未"));  // seen 0 times
  EXPECT_FALSE(dictionary.knows("从未"));
  EXPECT_FALSE(dictionary.knows("从"));
  EXPECT_FALSE(dictionary.is_kept_apart("从"));
  EXPECT_TRUE(dictionary.knows("今天"));
  EXPECT_EQ(dictionary.log_share_of_unknown(), -std::log(90.0));
  double sum = 0;
  for (const char* word : {"今天", "天气", "今", "天", "气", "好", "从未"})
    sum += std::exp(dictionary.log_share(word));
  EXPECT_NEAR(sum, 1, 1e-12);
  for (const char* word : {"", "从", "今天气", "龙", "\xE4\xBB"})
    EXPECT_TRUE(std::isnan(dictionary.log_share(word))) << word;
}

TEST_F(DictionaryTest, AFileWithoutCountedWordsIsNamed) {
  const auto file = files_.write("none.txt", "从未 0\n");
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { Dictionary::open(file, {}, cache_); }),
                              "none.txt: expected words seen more than 0 times"));
}

TEST_F(DictionaryTest, WhatWasCompiledIsTheSame) {
  const Dictionary fresh = Dictionary::open(words_, {}, cache_);
  ASSERT_TRUE(fs::exists(compiled()));
  const auto written = fs::last_write_time(compiled());
  const Dictionary mapped = Dictionary::open(words_, {}, cache_);
  EXPECT_EQ(fs::last_write_time(compiled()), written);
  EXPECT_EQ(mapped.fingerprint(), fresh.fingerprint());
  EXPECT_EQ(cut(mapped, "今天天气好"), (std::vector<std::string>{"今天", "天气", "好"}));
}

// Keys of caches and of runs hang on it, whatever the compiled file looks like.
TEST_F(DictionaryTest, TheFingerprintStays) {
  EXPECT_EQ(Dictionary::open(words_, {}, cache_).fingerprint(), kFingerprint);
}

TEST_F(DictionaryTest, AnotherTextIsCompiledApart) {
  const auto first = Dictionary::open(words_, {}, cache_).fingerprint();
  const Dictionary both = Dictionary::open(words_, {{"天天 1000\n", "user.txt"}}, cache_);
  EXPECT_NE(both.fingerprint(), first);
  EXPECT_EQ(cut(both, "天天气"), (std::vector<std::string>{"天天", "气"}));
  EXPECT_EQ(std::distance(fs::directory_iterator(cache_), fs::directory_iterator()), 2);
}

// Cut short at every place, and with random bytes: compiled again, never believed.
TEST_F(DictionaryTest, ADamagedFileIsCompiledAgain) {
  const auto sound = Dictionary::open(words_, {}, cache_).fingerprint();
  const fs::path file = compiled();
  const std::string bytes = base::read_file(file);
  const auto damage = [&](const std::string& damaged) {
    base::write_file_atomically(file, damaged);
    const Dictionary again = Dictionary::open(words_, {}, cache_);
    EXPECT_EQ(again.fingerprint(), sound);
    EXPECT_EQ(cut(again, "今天天气好").size(), 3u);
    EXPECT_EQ(base::read_file(file), bytes);
  };
  for (const std::size_t size : {0ul, 7ul, 63ul, 64ul, bytes.size() / 2, bytes.size() - 1})
    damage(bytes.substr(0, size));
  damage(bytes + "x");
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::string damaged = bytes;
    const auto place = base::uniform_below(seed, 0, seed % 2 == 0 ? 64 : bytes.size());
    damaged[place] = static_cast<char>(damaged[place] ^ (1 + base::uniform_below(seed, 1, 255)));
    damage(damaged);
  }
}

TEST_F(DictionaryTest, AFolderThatCannotBeWrittenServesFromMemory) {
  const auto blocked = files_.write("file", "x");
  EXPECT_EQ(cut(Dictionary::open(words_, {}, blocked / "cache"), "今天").size(), 1u);
}

}  // namespace
}  // namespace roformer::segmentation
