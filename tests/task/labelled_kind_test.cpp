#include "roformer/task/labelled_kind.h"

#include <gtest/gtest.h>

#include "tests/task/labelled_recipes.h"

namespace roformer::task {
namespace {

namespace fs = std::filesystem;
using tests::error_message;
using tests::has_text;

std::string quoted(const fs::path& path) {
  return "\"" + path.string() + "\"";
}

// A kind, its columns in [data], and files of rows 0, 1, …
struct KindOfFiles {
  const char* kind;
  const char* columns;
  const char* ending;
  const char* head;
  std::string (*row)(int);
};

std::string word(int number) {
  return "w" + std::to_string(number);
}

const KindOfFiles kKinds[] = {
    {"classification", "text_pair = \"other\"\n", ".tsv", "text\tother\tlabel\n",
     [](int i) { return word(i % 7) + "\t" + word(i % 5) + (i % 2 ? "\tno\n" : "\tyes\n"); }},
    {"regression", "", ".tsv", "text\tlabel\n",
     [](int i) { return word(i % 7) + "\t" + std::to_string(i % 3) + ".5\n"; }},
    {"ranking", "text_pair = \"other\"\n", ".tsv", "text\tother\tlabel\n",
     [](int i) { return word(i / 3) + "\t" + word(i % 7) + "\t" + std::to_string(i % 3) + "\n"; }},
    {"multiple_choice", "choices = [\"one\", \"two\"]\n", ".tsv", "text\tone\ttwo\tlabel\n",
     [](int i) { return word(i % 7) + "\tw1\tw2\t" + std::to_string(i % 2) + "\n"; }},
    {"token_classification", "", ".conll", "",
     [](int i) { return word(i % 7) + " B-X\n" + word(i % 5) + " O\n\n"; }},
    {"question_answering", "stride = 4\n", ".jsonl", "",
     [](int i) {
       const std::string answer = word(i % 7), id = std::to_string(i);
       return R"({"id": ")" + id + R"(", "question": "w1", "context": "w2 )" + answer +
              R"(", "answers": [{"text": ")" + answer + R"(", "answer_start": 3}]})" + "\n";
     }},
};

class FilesOfAModelTest : public ::testing::TestWithParam<KindOfFiles> {
 protected:
  fs::path write(const char* name, int begin, int end) const {
    std::string text = GetParam().head;
    for (int i = begin; i < end; ++i) text += GetParam().row(i);
    return files_.write(name + std::string(GetParam().ending), text);
  }
  tests::TestFolder files_;
};

// The figures are those of a recipe whose test part the file is, and no other file is there.
TEST_P(FilesOfAModelTest, FiguresAreThoseOfATestPart) {
  const auto train = write("train", 0, 60), test = write("test", 60, 90);
  const Recipe recipe = tests::read_tiny(
      files_, tests::tiny_labelled_recipe(files_, GetParam().kind,
                                          "train = " + quoted(train) + "\ntest = " + quoted(test) +
                                              "\nvalidation = " + quoted(train) + "\n" +
                                              GetParam().columns));
  const fs::path folder = files_.file("model");
  open_material(recipe)->make_task(recipe, torch::kCPU)->save_model(folder);
  const auto wanted = evaluate_model(recipe, folder, data::Split::test, torch::kCPU);
  EXPECT_GE(wanted.size(), 2u);
  fs::rename(test, files_.file("own" + test.extension().string()));
  fs::remove(train);
  EXPECT_EQ(evaluate_files(recipe, {files_.file("own" + test.extension().string()).string()},
                           folder, torch::kCPU),
            wanted);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FilesOfAModelTest, ::testing::ValuesIn(kKinds),
                         [](const auto& info) { return std::string(info.param.kind); });

TEST(FilesOfAModel, OtherTasksAndOtherModelsAreRefused) {
  const tests::TestFolder files;
  const Recipe masked = tests::read_tiny(files, tests::tiny_language_recipe(files, "masked_lm"));
  const fs::path folder = files.file("model");
  open_material(masked)->make_task(masked, torch::kCPU)->save_model(folder);
  const auto refusal = [&](const Recipe& recipe) {
    return error_message([&] { evaluate_files(recipe, {"absent.tsv"}, folder, torch::kCPU); });
  };
  const std::string message = refusal(masked);
  EXPECT_TRUE(has_text(message, "but got \"masked_lm\"")) << message;
  EXPECT_TRUE(has_text(message, "--set data.test_text=FILES")) << message;
  const Recipe classes =
      tests::read_tiny(files, tests::tiny_labelled_recipe(files, "classification", ""));
  EXPECT_TRUE(
      has_text(refusal(classes),
               "expected a RoFormerForSequenceClassification but got a RoFormerForMaskedLM"))
      << refusal(classes);
}

}  // namespace
}  // namespace roformer::task
