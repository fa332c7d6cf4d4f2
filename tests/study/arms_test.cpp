#include "roformer/study/arms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "roformer/base/file.h"
#include "roformer/study/arm_comparison.h"
#include "tests/base/test_files.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;
using tests::error_message;
using tests::has_text;

const Arm kRopeArm = {"performer-rope",
                      "RoPE",
                      "paper/figure3-right-performer-rope",
                      {"model.feature_rotation=features"}},
          kPlainArm = {"performer", "no RoPE", "paper/figure3-right-performer"},
          kLearnedArm = {"learned",
                         "learned",
                         "paper/figure3-right-performer",
                         {"model.position_encoding=learned"}};

StudyOptions arms_options(std::int64_t seeds, std::vector<std::string> changes = {}) {
  return {"tiny", "out", seeds, std::move(changes), "cpu"};
}

Arms right_arms(const StudyOptions& options) {
  return {"figure3-right", {kRopeArm, kPlainArm, kLearnedArm}, options};
}

std::vector<std::string> keys_of(const Arms& arms) {
  std::vector<std::string> keys;
  for (const Arm& arm : arms.arms()) keys.push_back(arm.key);
  return keys;
}

TEST(ArmsTest, EachSeedHasAFolderOfItsOwn) {
  const Arms arms = right_arms(arms_options(2));
  EXPECT_EQ(arms.runs(kPlainArm), (std::vector<fs::path>{"out/performer", "out/performer-seed1"}));
  EXPECT_EQ(arms.recipe().seed, 0u);
  EXPECT_EQ(arms.recipe(kPlainArm, 1).seed, 1u);
  const auto texts = arms.recipe_texts();
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_EQ(texts[0].first, "RoPE");
  EXPECT_TRUE(has_text(texts[0].second, "position_encoding = \"rotary\""));
  EXPECT_TRUE(has_text(texts[1].second, "position_encoding = \"none\""));
  EXPECT_TRUE(has_text(texts[2].second, "position_encoding = \"learned\""));
}

TEST(ArmsTest, OnlySomeInTheOrderOfTheStudy) {
  auto options = arms_options(1);
  EXPECT_EQ(keys_of(right_arms(options)),
            (std::vector<std::string>{"performer-rope", "performer", "learned"}));
  options.only = {"learned", "performer-rope"};
  const Arms arms = right_arms(options);
  EXPECT_EQ(keys_of(arms), (std::vector<std::string>{"performer-rope", "learned"}));
  EXPECT_EQ(arms.find("performer"), nullptr);
  ASSERT_NE(arms.find("learned"), nullptr);
  EXPECT_EQ(arms.find("learned")->name, "learned");
  EXPECT_NO_THROW(require_arms(arms, {"learned"}));
  const auto message = error_message([&] { require_arms(arms, {"learned", "performer"}); });
  EXPECT_TRUE(has_text(message, "--only to keep learned and performer")) << message;
}

TEST(ArmsTest, AnUnknownNameIsNoModel) {
  auto options = arms_options(1);
  options.only = {"performer", "lerned"};
  const auto message = error_message([&] { right_arms(options); });
  EXPECT_TRUE(has_text(message, "got \"lerned\", did you mean 'learned'?")) << message;
  EXPECT_TRUE(has_text(message, "performer-rope, performer, learned")) << message;
}

TEST(ArmsTest, ChangesOfWhatTheStudySetsAreRefused) {
  const auto refusal = [](const StudyOptions& options) {
    return error_message([&] { right_arms(options); });
  };
  EXPECT_EQ(refusal(arms_options(1, {"run.seed=3"})), "no error");
  EXPECT_TRUE(has_text(refusal(arms_options(2, {"run.seed=3"})), "no --set run.seed"));
  EXPECT_TRUE(has_text(refusal(arms_options(1, {"model.position_encoding=rotary"})),
                       "no --set model.position_encoding"));
  EXPECT_TRUE(has_text(refusal(arms_options(1, {"model.feature_rotation=inputs"})),
                       "no --set model.feature_rotation"));
  auto tuned = arms_options(1, {"optimizer.learning_rate=1e-3"});
  EXPECT_EQ(refusal(tuned), "no error");
  tuned.tune = true;
  EXPECT_TRUE(has_text(refusal(tuned), "no --set optimizer.learning_rate"));
}

TEST(ArmsTest, AnOptionOfOneEncodingIsNotForTheOthers) {
  const auto arm_of = [](const std::string& encoding) {
    return Arm{encoding, encoding, "encodings", {"model.position_encoding=" + encoding}};
  };
  const Arms arms("encodings", {arm_of("rotary"), arm_of("shaw"), arm_of("nezha")},
                  arms_options(1, {"model.shaw_clip=8", "model.hidden_size=64"}));
  for (const auto& [name, recipe] : arms.recipe_texts()) {
    EXPECT_EQ(has_text(recipe, "shaw_clip = 8"), name == "shaw") << recipe;
    EXPECT_TRUE(has_text(recipe, "hidden_size = 64")) << recipe;
  }
}

TEST(ArmsTest, OtherDataIsNoStudy) {
  const Arm other = {"other", "other", kPlainArm.recipe, {"data.validation_share=0.2"}};
  const auto message = error_message([&] {
    Arms("figure3-right", {kPlainArm, other}, arms_options(1));
  });
  EXPECT_TRUE(has_text(message, "the same data.validation_share")) << message;
}

void write_loss(const tests::TestFolder& folder, const std::string& run, double loss) {
  folder.write(run + "/metrics.jsonl",
               fmt::format("{{\"kind\": \"training\", \"step\": 5, \"loss\": {}}}\n", loss));
}

// Of the runs that the study rests on; a folder that lies beside them is none of its.
TEST(ArmsTest, TimesOfTrainingAreAddedUp) {
  const tests::TestFolder folder;
  for (const char* name : {"performer-rope", "performer", "learned", "left-over"})
    folder.write(std::string(name) + "/metrics.jsonl",
                 "{\"kind\":\"evaluation\",\"step\":0,\"loss\":1}\n"
                 "{\"kind\":\"training\",\"step\":1,\"seconds\":39.5,\"time\":{\"data\":1}}\n"
                 "{\"kind\":\"training\",\"step\":2,\"seconds\":0.5}\n");
  auto options = arms_options(1);
  options.out = folder.path();
  EXPECT_DOUBLE_EQ(right_arms(options).training_seconds(), 120);
}

TEST(ArmsTest, ChartsTakeTheirUnit) {
  const tests::TestFolder folder;
  for (const char* name : {"performer-rope", "performer", "learned"}) write_loss(folder, name, 2);
  auto options = arms_options(1);
  options.out = folder.path();
  const auto chart =
      right_arms(options).chart("Training", "training", {"bits", "bits per byte", 10});
  ASSERT_EQ(chart.series.size(), 3u);
  EXPECT_EQ(chart.y_title, "bits per byte");
  EXPECT_EQ(chart.series[1].name, "no RoPE");
  EXPECT_EQ(chart.series[1].x, std::vector<double>{5});
  EXPECT_EQ(chart.series[1].y, std::vector<double>{20});
  EXPECT_EQ(chart.series[1].colour_key, "no RoPE");
  EXPECT_EQ(chart.band_title, "");
}

TEST(ArmsTest, SeedsAreOneLineWithABand) {
  const tests::TestFolder folder;
  double loss = 1;
  for (const char* name :
       {"performer-rope", "performer-rope-seed1", "performer", "performer-seed1"})
    write_loss(folder, name, loss++);
  auto options = arms_options(2);
  options.out = folder.path();
  options.only = {"performer-rope", "performer"};
  const auto chart = right_arms(options).chart("Training", "training");
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.series[0].name, "RoPE");
  EXPECT_EQ(chart.series[0].y, std::vector<double>{1.5});
  EXPECT_EQ(chart.series[1].y, std::vector<double>{3.5});
  EXPECT_TRUE(chart.series[0].band.has_value());
  EXPECT_EQ(chart.band_title, "line: mean, band: its 95 % interval (Student's t), two seeds");
}

TEST(ArmsTest, TheReportNamesItsCommandAndRuns) {
  const auto sources = right_arms(arms_options(2, {"model.hidden_size=64"})).sources();
  EXPECT_EQ(sources.command,
            "roformer reproduce figure3-right --scale tiny --seeds 2 --set model.hidden_size=64 "
            "--out out");
  ASSERT_EQ(sources.runs.size(), 6u);
  EXPECT_EQ(sources.runs[1].name, "RoPE seed 1");
  EXPECT_EQ(sources.runs[1].folder, "performer-rope-seed1");
}

// Two models of a recipe of their own, each trained within a moment.
class TrainedArmsTest : public testing::Test {
 protected:
  TrainedArmsTest() {
    const auto recipe =
        files_.write("arms.toml", tests::tiny_language_recipe(files_, "masked_lm")).string();
    arms_ = {{"rotary", "rotary", recipe},
             {"none", "none", recipe, {"model.position_encoding=none"}}};
    // The paper's scale adds nothing to the name of a recipe.
    options_ = {"paper", files_.file("out"), 2, {"data.test_share=0.2"}, "cpu"};
  }

  Arms make() const { return {"study", arms_, options_}; }

  std::set<std::string> folders() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(options_.out))
      names.insert(entry.path().filename().string());
    return names;
  }

  tests::TestFolder files_;
  std::vector<Arm> arms_;
  StudyOptions options_;
};

TEST_F(TrainedArmsTest, WithoutTuningEachHasARunASeed) {
  Arms arms = make();
  const auto material = task::open_material(arms.recipe());
  ASSERT_EQ(arms.train(*material), 0);
  EXPECT_EQ(folders(), (std::set<std::string>{"rotary", "rotary-seed1", "none", "none-seed1"}));
  EXPECT_EQ(arms.tuning(arms_[0]), nullptr);
  EXPECT_EQ(arms.rate(arms_[0]), 0.01);
  const ArmLosses losses = arms.losses(arms_[0], *material, {"tenths", "", 10});
  ASSERT_EQ(losses.test.size(), 2u);
  const auto logged = final_losses(arms.runs(arms_[0]));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(losses.validation[i], 10 * logged[i], 1e-4);
    EXPECT_NE(losses.test[i], losses.validation[i]);
  }
}

TEST_F(TrainedArmsTest, TuningCostsAllTheSame) {
  options_.tune = true;
  Arms arms = make();
  const auto material = task::open_material(arms.recipe());
  ASSERT_EQ(arms.train(*material), 0);
  std::set<std::string> expected;
  for (const Arm& arm : arms_) {
    for (const char* rate : {"0.005", "0.01", "0.02", "0.04"})
      expected.insert(fmt::format("{}-rate{}", arm.key, rate));
    expected.insert(fmt::format("{}-rate{}-seed1", arm.key, format_rate(arms.rate(arm))));
  }
  EXPECT_EQ(folders(), expected);
}

TEST_F(TrainedArmsTest, TheFirstSeedsRunIsTheTunedOne) {
  options_.tune = true;
  Arms arms = make();
  const auto material = task::open_material(arms.recipe());
  ASSERT_EQ(arms.train(*material), 0);
  const Arm& arm = arms_[1];
  const Tuning* tuning = arms.tuning(arm);
  ASSERT_NE(tuning, nullptr);
  const std::string rate = format_rate(tuning->rate());
  EXPECT_EQ(arms.rate(arm), tuning->rate());
  EXPECT_EQ(arms.runs(arm),
            (std::vector<fs::path>{options_.out / ("none-rate" + rate),
                                   options_.out / ("none-rate" + rate + "-seed1")}));
  for (std::int64_t seed = 0; seed < 2; ++seed) {
    const task::Recipe recipe =
        task::read_recipe(arms.runs(arm)[static_cast<std::size_t>(seed)] / "recipe.toml");
    EXPECT_EQ(format_rate(recipe.training.learning_rate), rate);
    EXPECT_EQ(recipe.seed, static_cast<std::uint64_t>(seed));
    EXPECT_EQ(recipe.training.recipe, arms.recipe(arm, seed).training.recipe);
  }
  const auto results = gather_results(arms, *material);
  ASSERT_TRUE(results[1].tuning);
  EXPECT_NEAR(results[1].losses.validation[0], tuning->tried[tuning->chosen].validation_loss, 1e-5);
  EXPECT_EQ(results[1].runs[1], "none-rate" + rate + "-seed1");
  EXPECT_TRUE(has_text(arms.sources().command, " --scale paper --tune --seeds 2 --set "));
}

TEST_F(TrainedArmsTest, WhatIsFinishedIsNotRepeated) {
  options_.tune = true;
  options_.seeds = 1;
  const auto material = task::open_material(make().recipe());
  ASSERT_EQ(make().train(*material), 0);
  const auto before = base::read_file(options_.out / "none-rate0.02" / "metrics.jsonl");
  Arms again = make();
  ASSERT_EQ(again.train(*material), 0);
  EXPECT_EQ(base::read_file(options_.out / "none-rate0.02" / "metrics.jsonl"), before);
  EXPECT_EQ(folders().size(), 8u) << "seed 0 is trained by tuning alone";
  EXPECT_NE(again.tuning(arms_[0]), nullptr);
}

}  // namespace
}  // namespace roformer::study
