#include "roformer/task/question_task.h"

#include <gtest/gtest.h>

#include <set>

#include "roformer/task/text_material.h"
#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

using data::Split;
using torch::Tensor;

// Question i asks for the word behind word i % 5 of its context, which is of a length of its own.
std::string question_lines(int count, bool with_impossible) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const std::string word = "w" + std::to_string(i % 5), answer = "a" + std::to_string(i % 7);
    std::string context;
    for (int filler = 0; filler < i % 11; ++filler) context += "the ";
    context += word + " ";
    const std::size_t begin = context.size();
    context += answer;
    for (int filler = 0; filler < i % 4; ++filler) context += " end";
    const bool is_impossible = with_impossible && i % 4 == 3;
    lines += R"({"id": "q)" + std::to_string(i) + R"(", "question": "what is behind )" + word +
             R"(", "context": ")" + context + R"(", "answers": [)" +
             (is_impossible ? ""
                            : R"({"text": ")" + answer + R"(", "answer_start": )" +
                                  std::to_string(begin) + "}") +
             "]}\n";
  }
  return lines;
}

class QuestionTaskTest : public testing::Test {
 protected:
  Recipe recipe(const std::vector<std::string>& changes = {}, bool with_impossible = false) const {
    const auto file = folder_.write("questions.jsonl", question_lines(60, with_impossible));
    const std::string text =
        std::string("task.kind = \"question_answering\"\n[model]\npreset = \"roformer-tiny\"\n") +
        tests::tiny_model + "embedding_size = 16\nhidden_dropout_prob = 0.0\n" +
        "attention_probs_dropout_prob = 0.0\n[data]\ntrain = [\"" + file.string() +
        "\"]\nvalidation = [\"" + file.string() +
        "\"]\ntest_share = 0.0\nmax_length = 14\nstride = 3\nvocab_size = 80\ncache = \"" +
        folder_.file("cache").string() + "\"\n[[stage]]\nbatch_size = 8\nsteps = 6\n" +
        "[evaluate]\nbatch_tokens = 100\n" + tests::tiny_run;
    return tests::read_tiny(folder_, text, changes);
  }
  static std::unique_ptr<QuestionTask> make(const Recipe& recipe) {
    const auto corpus = std::make_shared<const labelled::QuestionCorpus>(
        options_of<labelled::LabelledOptions>(recipe));
    return std::make_unique<QuestionTask>(recipe, corpus, QuestionTask::draw(recipe, *corpus));
  }
  static std::vector<std::string> names(const train::Metrics& figures) {
    std::vector<std::string> names;
    for (const auto& figure : figures) names.push_back(figure.first);
    return names;
  }

  tests::TestFolder folder_;
};

// Window by window, where nothing is padded.
TEST_F(QuestionTaskTest, TheLossIsThatOfEachWindowAlone) {
  const Recipe plain = recipe();
  const auto task = make(plain);
  const labelled::QuestionCorpus corpus(options_of<labelled::LabelledOptions>(plain));
  const auto batch = task->batch({.stage = plain.training.stages[0], .step = 3});
  const auto& examples = std::any_cast<const labelled::ExampleBatch&>(batch);
  const auto sum = task->loss(batch, 0);
  double expected = 0;
  std::int64_t right = 0;
  std::set<std::int64_t> lengths;
  const torch::NoGradGuard no_gradient;
  for (const std::int64_t row : examples.rows) {
    data::TokenBatch one;
    const auto& part = corpus.part(Split::training);
    lengths.insert(part.length(row));
    one.append(part.ids(row), 0, part.type_ids(row));
    const Tensor hidden = task->model()->encoder()->forward(packed::from_tokens(one));
    const Tensor logits = task->model()->logits(hidden, 0);
    const auto& answer = corpus.answers(Split::training)[static_cast<std::size_t>(row)];
    const Tensor likely = logits.log_softmax(0);
    expected -= (likely[answer.first][0] + likely[answer.last][1]).item<double>() / 2;
    const Tensor best = logits.argmax(0);
    right +=
        best[0].item<std::int64_t>() == answer.first && best[1].item<std::int64_t>() == answer.last;
  }
  EXPECT_GT(lengths.size(), 1u);
  EXPECT_EQ(sum.targets, 8);
  EXPECT_EQ(sum.correct, right);
  EXPECT_NEAR(sum.loss.item<double>(), expected, 1e-4 * expected);
  EXPECT_NEAR(sum.negative_log_likelihood, expected, 1e-4 * expected);
}

TEST_F(QuestionTaskTest, PaddingHasNoGradient) {
  const Recipe plain = recipe();
  const auto task = make(plain);
  task->loss(task->batch({.stage = plain.training.stages[0], .step = 1}), 0).loss.backward();
  for (const auto& parameter : task->module().parameters()) {
    if (parameter.grad().defined()) {
      EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>());
    }
  }
}

TEST_F(QuestionTaskTest, FiguresAreSquads) {
  const auto first = train::evaluate(*make(recipe()), Split::validation);
  EXPECT_EQ(names(first), (std::vector<std::string>{"loss", "exact_match", "f1"}));
  EXPECT_LE(first[1].second, first[2].second);
  const auto task = make(recipe({}, /*with_impossible=*/true));
  const auto second = train::evaluate(*task, Split::validation);
  EXPECT_EQ(names(second), (std::vector<std::string>{"loss", "exact_match", "f1", "f1_with_answer",
                                                     "f1_without_answer"}));
  EXPECT_NEAR(second[2].second, (45 * second[3].second + 15 * second[4].second) / 60, 1e-9);
  EXPECT_EQ(task->deciding_figure().cost_of(second), -second[2].second);
}

// The logits say begin and end by themselves: the answers are then the gold ones.
TEST_F(QuestionTaskTest, LogitsThatAreRightHaveFullMarks) {
  const Recipe plain = recipe({}, /*with_impossible=*/true);
  const auto task = make(plain);
  const labelled::QuestionCorpus corpus(options_of<labelled::LabelledOptions>(plain));
  train::Evaluated evaluated;
  evaluated.score = {};
  for (const auto& batch : task->held_out(Split::validation)) {
    const auto& examples = std::any_cast<const labelled::ExampleBatch&>(batch);
    const auto& begins = examples.batch.cu_seqlens;
    Tensor logits = torch::zeros({begins.back(), 2});
    for (std::size_t i = 0; i < examples.rows.size(); ++i) {
      const auto& answer =
          corpus.answers(Split::validation)[static_cast<std::size_t>(examples.rows[i])];
      logits[begins[i] + answer.first][0] = logits[begins[i] + answer.last][1] = 5;
    }
    evaluated.outputs.push_back(logits);
  }
  for (const auto& [name, value] : task->figures(evaluated)) {
    if (name != "loss") {
      EXPECT_EQ(value, 100) << name;
    }
  }
}

TEST_F(QuestionTaskTest, ALoadedModelAnswersAsTheSavedOne) {
  const Recipe plain = recipe();
  const auto corpus = std::make_shared<const labelled::QuestionCorpus>(
      options_of<labelled::LabelledOptions>(plain));
  QuestionTask task(plain, corpus, QuestionTask::draw(plain, *corpus));
  const auto folder = folder_.file("model");
  std::filesystem::create_directories(folder);
  task.save_model(folder);
  QuestionTask other(plain, corpus, QuestionTask::load(plain, *corpus, folder));
  EXPECT_EQ(train::evaluate(other, Split::validation), train::evaluate(task, Split::validation));
}

}  // namespace
}  // namespace roformer::task
