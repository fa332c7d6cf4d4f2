#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(QuestionAnsweringHead, TwoNumbersForEachToken) {
  auto model = random_head("ForQuestionAnswering", small_config());
  EXPECT_EQ(model->reading({}).columns, Columns::tokens);
  EXPECT_EQ(model->reading({{"end_positions", Tensor()}}).columns, Columns::all);
  const Answer found = answer(*model, small_inputs());
  const Tensor expected = found.call.unpack(product(*model, "qa_outputs", found.hidden));
  expect_near(found["start_logits"], expected.select(-1, 0));
  expect_near(found["end_logits"], expected.select(-1, 1));
}

TEST(QuestionAnsweringHead, TheLossRunsOverEveryColumn) {
  auto model = random_head("ForQuestionAnswering", small_config());
  auto inputs = small_inputs();
  inputs["start_positions"] =
      torch::tensor({{1}, {4}, {99}});                  // the last: no place, which counts not
  inputs["end_positions"] = torch::tensor({2, -3, 3});  // below 0 is the first
  const Answer found = answer(*model, inputs);
  const Tensor padded =
      packed::unpack(product(*model, "qa_outputs", found.hidden), found.call.inputs());
  const Tensor starts = padded.select(-1, 0).log_softmax(-1);
  const Tensor ends = padded.select(-1, 1).log_softmax(-1);
  const Tensor of_starts = -(starts[0][1] + starts[1][4]) / 2;
  const Tensor of_ends = -(ends[0][2] + ends[1][0] + ends[2][3]) / 3;
  expect_near(found["loss"], (of_starts + of_ends) / 2);
  EXPECT_EQ(found["start_logits"][1][4].item<float>(),
            0);  // the answer stays free of padded places
}

TEST(QuestionAnsweringHead, BothEndsOrNone) {
  auto model = random_head("ForQuestionAnswering", small_config());
  expect_message("start_positions and end_positions together", [&] {
    answer_with(*model, "end_positions", torch::tensor({1, 2, 3}));
  });
  auto inputs = small_inputs();
  inputs["start_positions"] = torch::tensor({1, 2, 3});
  inputs["end_positions"] = torch::tensor({1, 2});
  expect_message("end_positions of shape (3)", [&] { answer(*model, inputs); });
}

}  // namespace
}  // namespace roformer::head
