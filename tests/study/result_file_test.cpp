#include "roformer/study/result_file.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::error_message;
using tests::has_text;

StudyResult found_result() {
  return {
      .study = "figure3-left",
      .title = "Figure 3, left",
      .claim = "The paper: \"faster\".",
      .what = "Two models.",
      .verdicts = {"lower by 0.88", "β and “quotes”"},
      .tables = {{.columns = {"model", "loss"},
                  .rows = {{"RoFormer", "2 ± 1"}, {"BERT"}},
                  .align = {report::Align::left, report::Align::left},
                  .caption = "three seeds"}},
      .command = "roformer reproduce figure3-left --out out",
      .training_seconds = 12.5,
      .pictures = {"loss.svg"},
      .models = {{{"key", "roformer"}, {"runs", {"roformer", "roformer-seed1"}}, {"rate", 0.002}}},
      .numbers = {{"bleu", 3}}};
}

StudyOptions options_in(const tests::TestFolder& folder) {
  StudyOptions options;
  options.scale = "small";
  options.out = folder.path();
  options.seeds = 2;
  options.tune = true;
  return options;
}

TEST(ResultFile, IsReadAsItWasWritten) {
  const tests::TestFolder folder;
  const StudyResult written = found_result();
  write_result_file(written, options_in(folder));
  const StudyResult read = read_result_file(folder.path());
  EXPECT_EQ(read.study, written.study);
  EXPECT_EQ(read.title, written.title);
  EXPECT_EQ(read.claim, written.claim);
  EXPECT_EQ(read.what, written.what);
  EXPECT_EQ(read.verdicts, written.verdicts);
  EXPECT_EQ(read.command, written.command);
  ASSERT_EQ(read.tables.size(), 1u);
  EXPECT_EQ(read.tables[0].rows, written.tables[0].rows);
  EXPECT_EQ(read.tables[0].align, written.tables[0].align);
  EXPECT_EQ(report::markdown_table(read.tables[0]), report::markdown_table(written.tables[0]));
  EXPECT_EQ(read.pictures, written.pictures);
  EXPECT_EQ(read.training_seconds, written.training_seconds);
  EXPECT_EQ(read.models, written.models);
  EXPECT_EQ(read.numbers, written.numbers);
}

TEST(ResultFile, SaysHowTheStudyWasMade) {
  const tests::TestFolder folder;
  write_result_file(found_result(), options_in(folder));
  const auto root = nlohmann::json::parse(base::read_file(folder.file("result.json")));
  EXPECT_EQ(root["scale"], "small");
  EXPECT_EQ(root["seeds"], 2);
  EXPECT_EQ(root["tuned"], true);
}

TEST(ResultFile, ErrorsNameTheFileAndTheKey) {
  const tests::TestFolder folder;
  const auto message_of = [&](const char* text) {
    folder.write("result.json", text);
    return error_message([&] { read_result_file(folder.path()); });
  };
  const std::string path = folder.file("result.json").string();
  for (const auto& [text, part] :
       {std::pair{"{\"study\": \"a\"}", "title"}, std::pair{"{\"study\": ", "line 1"},
        std::pair{"{\"study\": \"a\", \"study\": \"b\"}", "study"}}) {
    const std::string message = message_of(text);
    EXPECT_TRUE(has_text(message, path) && has_text(message, part)) << message;
  }
  const auto root = nlohmann::json::parse((write_result_file(found_result(), options_in(folder)),
                                           base::read_file(folder.file("result.json"))));
  for (const char* key :
       {"study", "title", "claim", "what", "verdicts", "tables", "command", "pictures"}) {
    auto wrong = root;
    wrong[key] = 5;
    const std::string message = message_of(wrong.dump().c_str());
    EXPECT_TRUE(has_text(message, path) && has_text(message, key)) << message;
    wrong.erase(key);
    EXPECT_TRUE(has_text(message_of(wrong.dump().c_str()), key)) << key;
  }
}

TEST(ResultFile, AbsentIsNamed) {
  const tests::TestFolder folder;
  EXPECT_TRUE(has_text(error_message([&] { read_result_file(folder.path()); }), "result.json"));
}

TEST(ResultFile, NamesTheFirstRun) {
  const tests::TestFolder folder;
  EXPECT_EQ(first_run_of_result(folder.path()), std::nullopt);
  write_result_file(found_result(), options_in(folder));
  EXPECT_EQ(first_run_of_result(folder.path()), std::nullopt) << "the run is not there";
  folder.write("roformer/recipe.toml", "");
  EXPECT_EQ(first_run_of_result(folder.path()), folder.file("roformer"));
  StudyResult other = found_result();
  other.models = nlohmann::ordered_json::array();
  write_result_file(other, options_in(folder));
  EXPECT_EQ(first_run_of_result(folder.path()), std::nullopt) << "no models in it";
}

TEST(ResultFile, NamesTheRunsOfAModel) {
  const tests::TestFolder folder;
  write_result_file(found_result(), options_in(folder));
  EXPECT_EQ(runs_of_result(folder.path(), "roformer"),
            (std::vector{folder.file("roformer"), folder.file("roformer-seed1")}));
  const auto message = error_message([&] { runs_of_result(folder.path(), "bert"); });
  EXPECT_TRUE(has_text(message, "result.json") && has_text(message, "\"bert\"")) << message;
}

}  // namespace
}  // namespace roformer::study
