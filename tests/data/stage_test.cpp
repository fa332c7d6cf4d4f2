#include "roformer/data/stage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

// Two stages of 3 and 2 steps.
std::vector<Stage> two_stages() {
  return {{512, 8, 0, 1, 3, 0}, {128, 0, 4096, 2, 2, 1e-3}};
}

TEST(Stage, CountsStepsThroughTheRun) {
  const auto stages = two_stages();
  EXPECT_EQ(total_steps(stages), 5);
  EXPECT_EQ(first_request(stages, 0).stage_index, 0);
  EXPECT_EQ(first_request(stages, 2).step, 2);
  EXPECT_EQ(first_request(stages, 3).stage_index, 1);
  EXPECT_EQ(first_request(stages, 3).step, 0);
  EXPECT_EQ(first_request(stages, 3).stage.length, 128);
  EXPECT_EQ(first_request(stages, 9).stage_index, 1);
}

TEST(Stage, RejectsNonsense) {
  EXPECT_NO_THROW(validate(two_stages()));
  EXPECT_THROW(validate(std::vector<Stage>{}), Error);
  for (const Stage& bad :
       {Stage{0, 8, 0, 1, 3, 0}, Stage{8, 0, 0, 1, 3, 0}, Stage{8, 8, 8, 1, 3, 0},
        Stage{8, 8, 0, 0, 3, 0}, Stage{8, 8, 0, 1, 0, 0}, Stage{8, 8, 0, 1, 3, -1}}) {
    EXPECT_THROW(validate({bad}), Error);
  }
}

TEST(Stage, ErrorsNameTheKey) {
  EXPECT_TRUE(tests::has_text(tests::error_message([] {
                                validate({{512, 1, 0, 1, 0}});
                              }),
                              "stage.0.steps to be at least 1 but got 0"));
  EXPECT_TRUE(tests::has_text(tests::error_message([] { validate({}); }), "[[stage]]"));
}

TEST(Stage, EitherStepsOrEpochs) {
  const Stage epochs{.batch_size = 1, .epochs = 2.5};
  EXPECT_NO_THROW(validate({epochs}));
  EXPECT_FALSE(have_steps({epochs}));
  EXPECT_TRUE(have_steps(two_stages()));
  const auto refusal = [](const Stage& stage) {
    return tests::error_message([&] { validate({stage}); });
  };
  EXPECT_TRUE(tests::has_text(refusal({.batch_size = 1, .steps = 3, .epochs = 1}),
                              "either steps or epochs in stage.0"));
  for (const double bad : {-1.0, std::numeric_limits<double>::infinity(), std::nan("")})
    EXPECT_TRUE(tests::has_text(refusal({.batch_size = 1, .epochs = bad}), "stage.0.epochs"));
  // Nobody takes an unknown number of steps for none.
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { total_steps({epochs}); }), "but got 2.5 epochs"));
}

TEST(Stage, StepsOfEpochs) {
  EXPECT_EQ(steps_of_epochs(3, 4, 1), 12);
  EXPECT_EQ(steps_of_epochs(3, 33.0 / 8, 1), 13);  // 12.375: batches go on into the next epoch
  EXPECT_EQ(steps_of_epochs(3, 33.0 / 8, 2), 7);
  EXPECT_EQ(steps_of_epochs(0.5, 4, 1), 2);
  EXPECT_EQ(steps_of_epochs(0.07, 100, 1), 7);  // whose product is a little more
  EXPECT_EQ(steps_of_epochs(1, 0.25, 4), 1);
  EXPECT_THROW(steps_of_epochs(1e300, 4, 1), Error);
}

TEST(Stage, DurationInWords) {
  EXPECT_EQ(duration_in_words(two_stages()), "5 steps");
  EXPECT_EQ(duration_in_words({{.epochs = 1}}), "1 epoch");
  EXPECT_EQ(duration_in_words({{.steps = 100}, {.epochs = 2.5}}), "100 steps and 2.5 epochs");
}

// Three updates of one micro-batch, then two of two.
TEST(BatchRequest, RequestsFollowEachOtherThroughTheRun) {
  const auto stages = two_stages();
  using Place = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
  std::vector<Place> places;
  for (std::optional<BatchRequest> request = first_request(stages, 1); request;
       request = next_request(stages, *request))
    places.emplace_back(request->stage_index, request->step, request->micro_step, request->update);
  EXPECT_EQ(
      places,
      (std::vector<Place>{
          {0, 1, 0, 1}, {0, 2, 0, 2}, {1, 0, 0, 3}, {1, 0, 1, 3}, {1, 1, 0, 4}, {1, 1, 1, 4}}));
}

TEST(BatchRequest, MicroBatchesAreNumberedWithinTheStage) {
  const Stage stage{.batch_size = 1, .accumulate = 3};
  EXPECT_EQ(micro_batch_number({stage, 0, 0, 0}), 0);
  EXPECT_EQ(micro_batch_number({stage, 4, 2, 1}), 7);
  EXPECT_THROW(micro_batch_number({stage, 0, 0, 3}), Error);
  EXPECT_THROW(micro_batch_number({stage, 0, 0, -1}), Error);
  EXPECT_THROW(micro_batch_number({stage, 0, -1, 0}), Error);
}

}  // namespace
}  // namespace roformer::data
