#include "roformer/train/run_folder.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

std::vector<std::string> names(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> result;
  for (const auto& folder : folders) result.push_back(folder.filename().string());
  return result;
}

TEST(KeptModels, OldestFirstByNumberAndOthersLeftOut) {
  const tests::TestFolder run;
  EXPECT_TRUE(kept_models(run.path()).empty());
  for (const char* name : {"step-100", "step-20", "step-3", "step-4x", ".partial", "step-"})
    run.write(std::string("checkpoints/") + name + "/config.json", "{}");
  EXPECT_EQ(names(kept_models(run.path())),
            (std::vector<std::string>{"step-3", "step-20", "step-100"}));
  EXPECT_EQ(names(last_models(run.path(), 2)), (std::vector<std::string>{"step-20", "step-100"}));
}

TEST(KeptModels, TooFewAreNamedWithTheKey) {
  const tests::TestFolder run;
  run.write("checkpoints/step-1/config.json", "{}");
  const auto message = tests::error_message([&] { last_models(run.path(), 2); });
  EXPECT_TRUE(tests::has_text(message, "expected 2 or more models")) << message;
  EXPECT_TRUE(tests::has_text(message, "got 1")) << message;
  EXPECT_TRUE(tests::has_text(message, "checkpoint.keep_last")) << message;
}

}  // namespace
}  // namespace roformer::train
