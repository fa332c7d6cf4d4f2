#include "roformer/parallel/parallel_options.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::parallel {
namespace {

ParallelOptions read(const std::string& text) {
  return read_parallel_options(base::TomlTable::parse(text));
}
std::string message_of(const std::string& text) {
  return tests::error_message([&] { read(text); });
}

TEST(ParallelOptions, Defaults) {
  const auto options = read("");
  EXPECT_TRUE(options.is_apt());
  EXPECT_EQ(options.vocab_size, 8000);
  EXPECT_EQ(options.max_length, 250);
  EXPECT_FALSE(options.cache.empty());
}

TEST(ParallelOptions, Files) {
  const auto options = read(
      "source = [\"a\", \"b\"]\ntarget = [\"c\", \"d\"]\nvalidation_source = \"v\"\n"
      "validation_target = \"w\"\nlower_case = true\nmax_ratio = 1.5");
  EXPECT_FALSE(options.is_apt());
  EXPECT_EQ(options.target[1], "d");
  EXPECT_EQ(options.validation_share, 0);
  EXPECT_EQ(options.test_share, 0.02);
  EXPECT_TRUE(read("pairs = \"x\"\nreverse = true").reverse);
  EXPECT_TRUE(read("pairs = \"x\"").source.empty());
  EXPECT_EQ(read("pairs = \"x\"\nsource = \"a\"\ntarget = \"b\"").source.size(), 1u);
  EXPECT_TRUE(read("pairs = \"x\"\nsource = \"apt\"").is_apt());
}

TEST(ParallelOptions, BadValues) {
  const std::pair<const char*, const char*> cases[] = {
      {"source = \"a\"", "target"},
      {"source = [\"a\", \"b\"]\ntarget = \"c\"", "as many files"},
      {"source = []", "source"},
      {"reverse = true", "data.pairs"},
      {"target_language = \"en\"", "two languages"},
      {"validation_source = \"a\"", "validation_target"},
      {"validation_source = \"a\"\nvalidation_target = \"b\"\nvalidation_share = 0.1", "not both"},
      {"test_share = 0.5", "0.49"},
      {"vocabulary = \"a\"\nvocab_size = 100", "vocab_size"},
      {"vocabulary_threshold = 3", "vocabulary_threshold"},
      {"vocab_size = 3", "vocab_size"},
      {"character_coverage = 1.5", "character_coverage"},
      {"max_length = 0", "max_length"},
      {"max_ratio = 0.5", "max_ratio"},
      {"max_pairs = -1", "max_pairs"},
      {"lowercase = true", "lower_case"},
  };
  for (const auto& [text, part] : cases)
    EXPECT_TRUE(tests::has_text(message_of(text), part)) << text << ": " << message_of(text);
}

// What is written into a run's folder is read again as the same.
TEST(ParallelOptions, VisitedOptionsRead) {
  for (const char* text :
       {"", "pairs = \"x\"\nreverse = true", "pairs = \"x\"\nsource = \"a\"\ntarget = \"b\"",
        "source = \"a\"\ntarget = \"b\"\ncodes = \"c\"",
        "codes = \"c\"\nvocabulary = \"v\"\nvocabulary_threshold = 5",
        "vocabulary = \"v\"\ntest_source = \"t\"\ntest_target = \"u\""}) {
    std::string written;
    const auto add = [&](const base::Option& option, const auto& value) {
      using Value = std::decay_t<decltype(value)>;
      const char* key = option.key;
      if (option.only != nullptr) return;
      if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
        written += fmt::format("{} = [", key);
        for (const auto& item : value) written += fmt::format("\"{}\",", item);
        written += "]\n";
      } else if constexpr (std::is_same_v<Value, std::string>) {
        written += fmt::format("{} = \"{}\"\n", key, value);
      } else if constexpr (std::is_same_v<Value, double>) {
        written += fmt::format("{} = {:.3f}\n", key, value);
      } else {
        written += fmt::format("{} = {}\n", key, value);
      }
    };
    const auto first = read(text);
    parallel::for_each_option(first, add);
    const std::string once = written;
    written.clear();
    const auto second = read(once);
    parallel::for_each_option(second, add);
    EXPECT_EQ(written, once);
  }
}

}  // namespace
}  // namespace roformer::parallel
