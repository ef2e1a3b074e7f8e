//! Writes the seeds of the fuzz targets: `cargo run -p koodrive-invariants --example seeds FOLDER`,
//! a folder for each.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    for (target, inputs) in koodrive_invariants::seeds::seeds() {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        for (name, input) in inputs {
            fs::write(folder.join(name), input)?;
        }
    }
    Ok(())
}
