#include "roformer/parallel/parallel_text.h"

#include <gtest/gtest.h>

#include <chrono>

#include "roformer/base/hash.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::parallel {
namespace {

std::vector<std::pair<std::string, std::string>> pairs_of(documents::PairSource& source) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (documents::TextPair pair; source.next(pair);) pairs.emplace_back(pair.source, pair.target);
  return pairs;
}

using TextPairs = std::vector<std::pair<std::string, std::string>>;

ParallelOptions two_kinds_of_files(const tests::TestFolder& folder) {
  ParallelOptions options;
  options.source = {folder.write("a.en", "one\n").string()};
  options.target = {folder.write("a.de", "eins\n").string()};
  options.pairs = {folder.write("b.tsv", "zwei\ttwo\n").string()};
  options.reverse = true;
  options.cache = folder.file("cache");
  return options;
}

TEST(ParallelTextTest, FilesOfLinesThenFilesOfPairs) {
  const tests::TestFolder folder;
  auto options = two_kinds_of_files(folder);
  EXPECT_EQ(pairs_of(*ParallelText(options).open()), (TextPairs{{"one", "eins"}, {"two", "zwei"}}));
  options.reverse = false;
  options.source.clear();
  options.target.clear();
  EXPECT_EQ(pairs_of(*ParallelText(options).open()), (TextPairs{{"zwei", "two"}}));
}

TEST(ParallelTextTest, TheKeyChangesWithTheFilesAndTheirReading) {
  const tests::TestFolder folder;
  auto options = two_kinds_of_files(folder);
  const auto before = ParallelText(options).key();
  EXPECT_EQ(ParallelText(options).key(), before);
  options.reverse = false;
  EXPECT_NE(ParallelText(options).key(), before);
  options.reverse = true;
  std::filesystem::last_write_time(
      options.source[0], std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  const auto touched = ParallelText(options).key();
  EXPECT_NE(touched, before);
  folder.write("a.de", "eins und\n");
  EXPECT_NE(ParallelText(options).key(), touched);
}

TEST(ParallelTextTest, AMissingFileIsNamedWithItsKey) {
  const tests::TestFolder folder;
  auto options = two_kinds_of_files(folder);
  options.pairs.push_back(folder.file("absent.tsv").string());
  auto message = tests::error_message([&] { ParallelText{options}; });
  EXPECT_TRUE(tests::has_text(message, "data.pairs") && tests::has_text(message, "absent.tsv"))
      << message;
  options = two_kinds_of_files(folder);
  options.test_source = {folder.file("absent.en").string()};
  options.test_target = options.target;
  message = tests::error_message([&] { open_held_out(options, data::Split::test); });
  EXPECT_TRUE(tests::has_text(message, "data.test_source")) << message;
}

TEST(ParallelTextTest, HeldOutFilesAreThoseOfTheirPart) {
  const tests::TestFolder folder;
  auto options = two_kinds_of_files(folder);
  EXPECT_EQ(open_held_out(options, data::Split::validation), nullptr);
  options.validation_source = options.source;
  options.validation_target = options.target;
  EXPECT_EQ(pairs_of(*open_held_out(options, data::Split::validation)),
            (TextPairs{{"one", "eins"}}));
  EXPECT_EQ(open_held_out(options, data::Split::test), nullptr);
}

TEST(ParallelTextTest, SharesOfSentencesByTheirHash) {
  ParallelOptions options;
  options.validation_share = 0.2;
  options.test_share = 0.1;
  std::array<int, 3> counts = {};
  constexpr int sentences = 20000;
  const auto part_of = [&](int i) {
    return split_of(base::hash_bytes(std::to_string(i)), options);
  };
  for (int i = 0; i < sentences; ++i) ++counts[static_cast<std::size_t>(part_of(i))];
  EXPECT_NEAR(counts[0], 0.7 * sentences, 0.02 * sentences);
  EXPECT_NEAR(counts[1], 0.2 * sentences, 0.02 * sentences);
  EXPECT_NEAR(counts[2], 0.1 * sentences, 0.02 * sentences);

  // Files hold out a part: no share of the training text does. The other part stays as it is.
  auto with_files = options;
  with_files.validation_source = {"v.en"};
  for (int i = 0; i < 1000; ++i) {
    const auto hash = base::hash_bytes(std::to_string(i));
    const auto before = split_of(hash, options), after = split_of(hash, with_files);
    EXPECT_EQ(after, before == data::Split::validation ? data::Split::training : before);
    // Another test share moves no pair of validation, nor the other way round.
    auto no_test = options, more_validation = options;
    no_test.test_share = 0;
    more_validation.validation_share = 0.4;
    EXPECT_EQ(split_of(hash, no_test) == data::Split::validation,
              before == data::Split::validation);
    EXPECT_EQ(split_of(hash, more_validation) == data::Split::test, before == data::Split::test);
  }
}

}  // namespace
}  // namespace roformer::parallel
