//! `koodrive-simulator [--calls N] [--seed S] [--scenario NAME]`: what a dispatcher costs a
//! service, and what a service costs it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use koodrive_simulator::engine::{Recording, cost};
use koodrive_simulator::scenario::{self, Scenario};
use koodrive_simulator::simulate;
use koodrive_simulator::trouble::{self, Bound};
use koodrive_simulator::watch::StopWatch;

const USAGE: &str = "usage: cargo xtask simulate [--calls N] [--seed S] [--scenario NAME]\n       cargo xtask simulate pace [PART OF A NAME]";

/// Runs of each trouble.
const SEEDS: u64 = 10;

/// Calls whose inputs are kept in memory to be replayed.
const REPLAYED: u64 = 200_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    if let [command, names @ ..] = arguments
        && command == "pace"
    {
        return pace(names);
    }
    let mut calls = 1_000_000;
    let mut seed = None;
    let mut scenarios: Vec<&Scenario> = scenario::ALL.iter().collect();
    for option in arguments.chunks(2) {
        let [name, value] = option else {
            bail!("{USAGE}")
        };
        match name.as_str() {
            "--calls" => calls = value.parse().context("--calls takes a number")?,
            "--seed" => seed = Some(value.parse().context("--seed takes a number")?),
            "--scenario" => {
                scenarios = vec![scenario::named(value).with_context(names)?];
            }
            _ => bail!("{USAGE}"),
        }
    }
    // Without a given seed each run draws its own; the printed seed repeats the run.
    let seed = seed.unwrap_or_else(|| chrono::Utc::now().timestamp_micros().unsigned_abs());
    for scenario in &scenarios {
        println!("{}: {}", scenario.name, scenario.about);
        let watch = StopWatch::start();
        let (report, _) = simulate(scenario, calls, seed, None)?;
        println!("{report}");
        let seconds = watch.took().as_secs_f64();
        println!("  simulated in {seconds:.1} s of one core{}\n", memory());
    }
    // Afterwards, since a recording is kept in memory.
    for scenario in scenarios {
        let recorded = calls.min(REPLAYED);
        let (report, recording) = simulate(scenario, recorded, seed, Some(Recording::default()))?;
        if let (Some(recording), None) = (recording, &report.halt) {
            let cost = cost(scenario, &recording, seed)?;
            let per_call = |took: Duration| took.as_nanos() / u128::from(recorded);
            let engine = cost.total.saturating_sub(cost.client);
            let what = if scenario.signed { "signed" } else { "built" };
            println!(
                "{}, per call: the dispatcher itself {} ns; with requests {what} and answers read {} ns",
                scenario.name,
                per_call(engine),
                per_call(cost.total)
            );
        }
    }
    Ok(())
}

/// Ten seeds of each trouble: every figure's mean, its worst, and the goal. The table of
/// `docs/dispatcher.md`.
fn pace(names: &[String]) -> Result<()> {
    println!("| scenario | figure | mean | worst | goal |\n|---|---|--:|--:|--:|");
    let is_named = |name: &str| names.iter().all(|part| name.contains(part));
    let mut is_kept = true;
    for scenario in trouble::all() {
        if !is_named(&scenario.name) {
            continue;
        }
        let plays: Vec<Vec<f64>> = (1..=SEEDS)
            .map(|seed| scenario.play(seed))
            .collect::<Result<_>>()?;
        for (index, goal) in scenario.goals.iter().enumerate() {
            let figures = plays.iter().map(|play| play[index]);
            #[expect(clippy::cast_precision_loss, reason = "ten")]
            let mean = figures.clone().sum::<f64>() / SEEDS as f64;
            let (worst, bound) = match goal.bound {
                Bound::Least(least) => (figures.fold(f64::MAX, f64::min), format!("≥ {least}")),
                Bound::Most(most) => (figures.fold(f64::MIN, f64::max), format!("≤ {most}")),
                Bound::None => (figures.fold(f64::MIN, f64::max), String::new()),
            };
            let holds = goal.bound.holds(worst);
            is_kept &= holds;
            let mark = if holds { "" } else { " **missed**" };
            println!(
                "| {} | {} | {} | {}{mark} | {bound} |",
                if index == 0 { &scenario.name } else { "" },
                goal.what,
                short(mean),
                short(worst),
            );
        }
    }
    ensure!(is_kept, "a goal is missed");
    Ok(())
}

/// Three digits that count, as far as there are any.
fn short(figure: f64) -> String {
    let text = if figure.abs() >= 100.0 {
        format!("{figure:.0}")
    } else if figure.abs() >= 10.0 {
        format!("{figure:.1}")
    } else if figure.abs() >= 0.1 {
        format!("{figure:.3}")
    } else {
        format!("{figure:.4}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn names() -> String {
    let names: Vec<&str> = scenario::ALL.iter().map(|scenario| scenario.name).collect();
    format!("--scenario is one of {}", names.join(", "))
}

/// The most memory that this process had, where the system says it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    most.map(|most| format!(", at most {} of memory so far", most.trim()))
        .unwrap_or_default()
}
